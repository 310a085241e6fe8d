/* The four functions that a compiler may call by itself, even where there is no library. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *a, const void *b, size_t count);

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
  /* Volatile keeps the compiler from seeing a copy and calling this very function. */
  volatile uint8_t *target = to;
  const uint8_t *source = from;
  while (count != 0) {
    *target++ = *source++;
    count--;
  }
  return to;
}

void *memmove(void *to, const void *from, size_t count)
{
  volatile uint8_t *target = to;
  const uint8_t *source = from;
  if ((uintptr_t)to <= (uintptr_t)from) {
    return memcpy(to, from, count);
  }
  while (count != 0) {
    count--;
    target[count] = source[count];
  }
  return to;
}

void *memset(void *to, int value, size_t count)
{
  volatile uint8_t *target = to;
  while (count != 0) {
    *target++ = (uint8_t)value;
    count--;
  }
  return to;
}

int memcmp(const void *a, const void *b, size_t count)
{
  const uint8_t *left = a;
  const uint8_t *right = b;
  while (count != 0) {
    if (*left != *right) {
      return *left < *right ? -1 : 1;
    }
    left++;
    right++;
    count--;
  }
  return 0;
}
