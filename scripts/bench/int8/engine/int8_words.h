/*
 * Four values in a word, and the instructions of cores that compute with two 16-bit halves at once. On those, `even` holds
 * the values 0 and 2 of a word, and `odd` the values 1 and 3. The instructions are volatile so that they stay in the order in
 * which they are written, which needs the fewest registers.
 */
#ifndef INT8_WORDS_H
#define INT8_WORDS_H

#include "int8_engine.h"

static inline uint32_t int8_read4(const int8_t *values)
{
  uint32_t word;
  __builtin_memcpy(&word, values, sizeof word);
  return word;
}

static inline void int8_write4(int8_t *values, uint32_t word)
{
  __builtin_memcpy(values, &word, sizeof word);
}

#ifdef __AVR__
static inline uint32_t int8_weights4(const INT8_FLASH int8_t *weights)
{
  return (uint8_t)weights[0] | (uint32_t)(uint8_t)weights[1] << 8 | (uint32_t)(uint8_t)weights[2] << 16 |
         (uint32_t)(uint8_t)weights[3] << 24;
}
#else
#define int8_weights4 int8_read4
#endif

static inline uint32_t int8_word(int8_t a, int8_t b, int8_t c, int8_t d)
{
  return (uint8_t)a | (uint32_t)(uint8_t)b << 8 | (uint32_t)(uint8_t)c << 16 | (uint32_t)(uint8_t)d << 24;
}

/* Value `i` of a word. */
static inline int8_t int8_byte(uint32_t word, int i)
{
  return (int8_t)(word >> (8 * i));
}

#ifdef __ARM_FEATURE_SIMD32
#define INT8_SIMD

static inline uint32_t int8_read_pair(const int16_t *values)
{
  uint32_t word;
  __builtin_memcpy(&word, values, sizeof word);
  return word;
}

static inline void int8_write_pair(int16_t *values, uint32_t word)
{
  __builtin_memcpy(values, &word, sizeof word);
}

static inline uint32_t int8_pair(int32_t value)
{
  return (uint32_t)value << 16 | ((uint32_t)value & 0xffff);
}

static inline uint32_t int8_even(uint32_t word)
{
  uint32_t pair;
  __asm volatile("sxtb16 %0, %1" : "=r"(pair) : "r"(word));
  return pair;
}

static inline uint32_t int8_odd(uint32_t word)
{
  uint32_t pair;
  __asm volatile("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));
  return pair;
}

static inline uint32_t int8_even_plus(uint32_t offsets, uint32_t word)
{
  uint32_t pair;
  __asm volatile("sxtab16 %0, %1, %2" : "=r"(pair) : "r"(offsets), "r"(word));
  return pair;
}

static inline uint32_t int8_odd_plus(uint32_t offsets, uint32_t word)
{
  uint32_t pair;
  __asm volatile("sxtab16 %0, %1, %2, ror #8" : "=r"(pair) : "r"(offsets), "r"(word));
  return pair;
}


/* sum + both products */
static inline int32_t int8_dot(uint32_t a, uint32_t b, int32_t sum)
{
  __asm volatile("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
  return sum;
}

/* sum + the product of the low halves, of the high halves */
static inline int32_t int8_low_product(uint32_t a, uint32_t b, int32_t sum)
{
  __asm volatile("smlabb %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
  return sum;
}

static inline int32_t int8_high_product(uint32_t a, uint32_t b, int32_t sum)
{
  __asm volatile("smlatt %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
  return sum;
}
#endif

#endif
