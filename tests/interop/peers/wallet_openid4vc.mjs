// The wallet as a command: answers the request behind the link that is its argument. `WALLET_HOLDINGS` is the folder of its credentials.
import { holdings, present } from './openid4vc.mjs';

const status = await present(process.argv[2], holdings(process.env.WALLET_HOLDINGS), process.env.WALLET_FAULT);
process.exit(status === 200 ? 0 : 1);
