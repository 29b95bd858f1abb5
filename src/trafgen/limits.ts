/** What one text may ask for; beyond it an error says so, before memory or time is spent. */

/** The largest jumbo frame in use: 9,000 bytes of payload, Ethernet and one tag. */
export const MAX_FRAME_BYTES = 9018;
export const MAX_PACKETS = 100_000;
export const MAX_TEXT_CHARACTERS = 16 * 1024 * 1024;
/** All frames together. */
export const MAX_TOTAL_BYTES = 64 * 1024 * 1024;
/** Bytes of frames times their checksums. */
export const MAX_SUMMED_BYTES = 256 * 1024 * 1024;
/** All dynamic elements together. */
export const MAX_TOTAL_PATCHES = 1_000_000;
/** Values that are listed because no simple count walks through them, all together. */
export const MAX_TOTAL_VALUES = 4_000_000;
export const MAX_CHECKSUMS_PER_PACKET = 64;
export const MAX_NESTING = 100;
/** Digits of a number, prefix included: 64 of a binary one. */
export const MAX_NUMBER_CHARACTERS = 66;
export const MAX_WORD_CHARACTERS = 64;
