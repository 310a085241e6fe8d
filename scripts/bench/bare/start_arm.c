/* Vector table and reset of a Cortex-M core. */
#include <stdint.h>

typedef void (*handler_t)(void);

extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[], stack_top[];

int main(void);
void reset(void);
void fault(void);

void fault(void)
{
  for (;;) {
  }
}

void reset(void)
{
  const uint32_t *from = data_load;
  uint32_t *to;
  for (to = data_start; to != data_end; to++) {
    *to = *from++;
  }
  for (to = bss_start; to != bss_end; to++) {
    *to = 0;
  }
  main();
  fault();
}

struct vectors {
  uint32_t *stack;
  handler_t handlers[15];
};

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
  stack_top,
  {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault},
};
