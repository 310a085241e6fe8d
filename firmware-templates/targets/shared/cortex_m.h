/* What all Cortex-M cores have (Armv6-M and Armv7-M Architecture Reference Manuals): SysTick and NVIC. */
#ifndef CORTEX_M_H
#define CORTEX_M_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define SYSTICK_CSR 0xe000e010u
#define SYSTICK_RVR 0xe000e014u
#define SYSTICK_CVR 0xe000e018u
#define SYSTICK_RUN_INTERRUPT_CPU_CLOCK 7u

/* Interrupts 0 to 31, a bit each; and the register and bit of any. */
#define NVIC_ENABLE 0xe000e100u
#define NVIC_DISABLE 0xe000e180u
#define NVIC_ENABLE_OF(irq) (NVIC_ENABLE + 4u * ((irq) / 32u))
#define NVIC_DISABLE_OF(irq) (NVIC_DISABLE + 4u * ((irq) / 32u))
#define NVIC_BIT(irq) (1u << ((irq) % 32u))

/* Starts the cycle counter behind port_clock_start() and port_clock_read(). */
void cycles_init(void);

void SysTick_Handler(void);
void UART_Handler(void);

#endif
