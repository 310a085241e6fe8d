/** File name stems that the C and POSIX libraries use for headers: a network's own header must not hide one. */
const HEADERS =
  'aio alloca assert complex cpio ctype dirent dlfcn elf endian errno fcntl features fenv float fmtmsg fnmatch ftw glob ' +
  'grp iconv inttypes iso646 langinfo libgen limits link locale math memory monetary mqueue ndbm netdb poll pthread pwd ' +
  'regex resolv sched search semaphore setjmp signal spawn stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib ' +
  'stdnoreturn string strings stropts syslog tar termios tgmath threads time uchar ulimit unistd utime utmpx values wait ' +
  'wchar wctype wordexp';

/** Keywords of C99 and C11 without a leading underscore, and names that compilers give a meaning of their own. */
const KEYWORDS =
  'auto break case char const continue default do double else enum extern float for goto if inline int long register ' +
  'restrict return short signed sizeof static struct switch typedef union unsigned void volatile while ' +
  'asm bool false linux main null true typeof unix';

/** File names and prefixes of the generated project itself, and of the sketches that may include it. */
const OWN =
  'add arduino average bias boot2 concat config conv2d counts dense depthwise engine filter frame infer inputs label load max ' +
  'network offsets parts port products protocol requantize serve stage startup table tablize tensor tensors thresholds ' +
  'weights window';

const RESERVED: ReadonlySet<string> = new Set(`${HEADERS} ${KEYWORDS} ${OWN}`.split(' '));

/**
 * The C name of a network: the prefix of all its public identifiers and the stem of its files. Two different names
 * never give the same one. A name whose first word means something in C or in the project gets `net_` in front,
 * and so does one that begins with `net` itself.
 */
export function networkCName(name: string): string {
  const snake = name.replaceAll('-', '_');
  const first = name.split('-')[0] ?? '';
  return first === 'net' || RESERVED.has(first) ? `net_${snake}` : snake;
}

/** The prefix of a network's macros. */
export function macroName(cName: string): string {
  return cName.toUpperCase();
}

/**
 * The C name of a private constant, such as `weights_conv_1`. The role has no underscore, so that constants of
 * different roles never meet, whatever the stages are called.
 */
export function constantName(role: string, name: string): string {
  return `${role}_${name.replaceAll('-', '_')}`;
}
