import type { Bug } from './build-target.js';

const frame = (right: string, wrong: string): Bug => ({ file: 'protocol/frame.c', right, wrong });
const serve = (right: string, wrong: string): Bug => ({ file: 'protocol/serve.c', right, wrong });

/** Errors that the fuzzer and the replay must find, each by what it does. */
export const BUGS: Readonly<Record<string, Bug>> = {
  'a header may say one byte too many': frame(
    'receiver->length > receiver->longest',
    'receiver->length > receiver->longest + 1u',
  ),
  'the search drops what it kept': frame('receiver->header_count = kept;', 'receiver->header_count = 0;'),
  'the second byte of the CRC is not looked at': frame(
    '(uint16_t)(receiver->crc ^ (uint16_t)((uint16_t)byte << 8)) == 0',
    '(receiver->crc & 0xFFu) == 0',
  ),
  'a chunk of an answer is a byte too long': frame(
    'sender->count == FRAME_CHUNK',
    'sender->count > FRAME_CHUNK',
  ),
  'a request may be longer than wanted': serve('length != wanted', 'length < wanted'),
  'arguments of TRACE are a byte too many': serve(
    'request->arguments_left = type == TRACE ? TRACE_HEADER_BYTES : 0;',
    'request->arguments_left = type == TRACE ? TRACE_HEADER_BYTES + 1u : 0;',
  ),
  'TRACE reads one value past a tensor': serve(
    'count > point_count(point) - offset',
    'count > point_count(point) - offset + 1u',
  ),
  'an offset of TRACE wraps': serve('offset > point_count(point) ||', ''),
  'the last trace point is refused': serve('point > NETWORK_STAGES ||', 'point >= NETWORK_STAGES ||'),
  'an error of one request stays for the next': serve('  request->error = 0;\n', ''),
};
