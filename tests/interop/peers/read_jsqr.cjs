// npm `jsqr`, with `jimp` for the picture, reads the QR codes that `vidimus issue --qr` drew.
'use strict';
const Jimp = require('jimp');
const jsQR = require('jsqr');
const { ours, outcome } = require('./lines.cjs');

async function main() {
  for (const format of ['eu_dcc', 'smart_health_card', 'nz_covid_pass']) {
    const pictures = ours(format).filter((each) => each.picture && each.refused === null);
    if (pictures.length === 0) throw new Error(`no picture of ${format}`);
    for (const each of pictures) await read(each);
  }
}

async function read(each) {
  const { bitmap } = await Jimp.read(each.picture);
  const code = jsQR(new Uint8ClampedArray(bitmap.data), bitmap.width, bitmap.height);
  const passed = code !== null && code.data === each.text;
  const detail = passed ? `reads the same ${each.text.length} characters` : `reads ${code && code.data}`;
  outcome(passed, 'ours->theirs', 'jsqr', `${each.case}, as picture`, detail);
}

main();
