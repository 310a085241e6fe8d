/* The functions of the C library that compilers call by themselves. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *target, const void *source, size_t count);
void *memset(void *target, int value, size_t count);

void *memcpy(void *target, const void *source, size_t count)
{
  uint8_t *to = target;
  const uint8_t *from = source;
  while (count-- != 0) {
    *to++ = *from++;
  }
  return target;
}

void *memset(void *target, int value, size_t count)
{
  uint8_t *to = target;
  while (count-- != 0) {
    *to++ = (uint8_t)value;
  }
  return target;
}
