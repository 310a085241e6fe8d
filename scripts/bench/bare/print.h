/* What a program without an operating system says: words, and numbers in hexadecimal. */
#ifndef PRINT_H
#define PRINT_H

#include "port.h"

static void print_text(const char *text)
{
  for (; *text != 0; text++) {
    port_put(*text);
  }
}

/* No division: the library of a core without one would be linked, and counted as the network's. */
static void print_number(uint32_t value)
{
  uint8_t digit;
  port_put(' ');
  for (digit = 0; digit != 8; digit++) {
    port_put("0123456789abcdef"[value >> 28]);
    value <<= 4;
  }
}

#endif
