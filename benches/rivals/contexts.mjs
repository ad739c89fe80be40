// The contexts of the measured credential, at hand for all contenders.
export const EXAMPLES = 'https://www.w3.org/ns/credentials/examples/v2';
export const documents = { [EXAMPLES]: { '@context': { '@vocab': 'https://www.w3.org/ns/credentials/examples#' } } };
