/*
 * What the boot ROM looks for in the first 4 KB of the flash (RP2350 datasheet, "Minimum Arm IMAGE_DEF"): this is a secure program for
 * the Arm cores. Without an entry point of its own it starts by the vector table at the start of the flash.
 */
#include <stdint.h>

extern const uint32_t image_def[5];

__attribute__((section(".image_def"), used)) const uint32_t image_def[5] = {
  0xffffded3u, /* first word of a block */
  0x10210142u, /* image type, one word: executable, secure, Arm, RP2350 */
  0x000001ffu, /* the last item; items of one word before it */
  0x00000000u, /* bytes to the next block: this is the only one */
  0xab123579u, /* last word of a block */
};
