#include "int8_engine.h"

/* A function of its own, so that all it needs stays in the registers of a small core. */
int32_t int8_row(const int8_t *values, const INT8_FLASH int8_t *weights, int count)
{
  int32_t sum = 0;
  while (count != 0) {
    sum += *values++ * *weights++;
    count--;
  }
  return sum;
}
