/* USART1 on PD5 and PD6 with an interrupt-driven receive ring; SysTick counts cycles. */
#include "port.h"

#include "config.h"
#include "registers.h"
#include "ring.h"
#include "riscv.h"

#if PORT_CLOCK_HZ != 48000000ul
#error "the clock tree below makes 48 MHz of the 24 MHz oscillator"
#endif

#define BAUD_DIVISOR ((PORT_CLOCK_HZ + PORT_BAUD / 2ul) / PORT_BAUD)
#define BAUD_PRODUCT (BAUD_DIVISOR * PORT_BAUD)

#if BAUD_DIVISOR < 16 || BAUD_DIVISOR > 65535
#error "the clock cannot be divided to this baud rate"
#elif PORT_CLOCK_HZ * 100 > BAUD_PRODUCT * 103 || PORT_CLOCK_HZ * 100 < BAUD_PRODUCT * 97
#error "the nearest baud rate that the clock makes is more than 3 % off"
#endif

#define TX_PIN 5u
#define RX_PIN 6u

extern const uint32_t vectors[];

static uint32_t clock_started;

void USART1_Handler(void);

/* 24 MHz x 2. The flash gets its wait state before the core gets faster. */
static void clock_init(void)
{
  REGISTER(FLASH_ACTLR) = FLASH_ONE_WAIT_STATE;
  REGISTER(RCC_CFGR0) = 0;
  REGISTER(RCC_CTLR) = REGISTER(RCC_CTLR) | RCC_PLL_ON;
  while ((REGISTER(RCC_CTLR) & RCC_PLL_READY) == 0) {
  }
  REGISTER(RCC_CFGR0) = RCC_CFGR0_PLL;
  while ((REGISTER(RCC_CFGR0) & RCC_CFGR0_USED_MASK) != RCC_CFGR0_USED_PLL) {
  }
}

static void usart_init(void)
{
  const uint32_t other_pins = ~(GPIO_PIN(TX_PIN, 15u) | GPIO_PIN(RX_PIN, 15u));
  REGISTER(RCC_APB2PCENR) = REGISTER(RCC_APB2PCENR) | RCC_GPIOD | RCC_USART1;
  /* Up: nothing arrives where nothing is connected. */
  REGISTER(GPIOD_BSHR) = 1u << RX_PIN;
  REGISTER(GPIOD_CFGLR) = (REGISTER(GPIOD_CFGLR) & other_pins) | GPIO_PIN(TX_PIN, GPIO_OUTPUT_OF_PERIPHERAL) |
                          GPIO_PIN(RX_PIN, GPIO_INPUT_PULLED);
  REGISTER(USART_BRR) = BAUD_DIVISOR;
  REGISTER(USART_CTLR1) = USART_ENABLE_BOTH | USART_RECEIVE_INTERRUPT;
}

static void interrupt_init(void)
{
  CSR_WRITE(mtvec, (uint32_t)vectors | MTVEC_TABLE_OF_ADDRESSES);
  REGISTER(PFIC_ENABLE_32) = PFIC_USART1;
  CSR_SET(mstatus, MSTATUS_INTERRUPTS);
}

void port_init(void)
{
  clock_init();
  usart_init();
  interrupt_init();
  REGISTER(SYSTICK_CTLR) = SYSTICK_RUN_CPU_CLOCK;
}

__attribute__((interrupt)) void USART1_Handler(void)
{
  if (ring_is_full()) {
    REGISTER(USART_CTLR1) = USART_ENABLE_BOTH;
    return;
  }
  /* Status, then data: in this order an overrun is forgotten with the byte. */
  if ((REGISTER(USART_STATR) & USART_RECEIVED) != 0) {
    ring_put((uint8_t)REGISTER(USART_DATAR));
  }
}

bool port_read(uint8_t *byte)
{
  if (!ring_take(byte)) {
    return false;
  }
  REGISTER(USART_CTLR1) = USART_ENABLE_BOTH | USART_RECEIVE_INTERRUPT;
  return true;
}

void port_write(const uint8_t *bytes, uint16_t count)
{
  while (count != 0) {
    while ((REGISTER(USART_STATR) & USART_TRANSMIT_EMPTY) == 0) {
    }
    REGISTER(USART_DATAR) = *bytes++;
    count--;
  }
}

void port_clock_start(void)
{
  clock_started = REGISTER(SYSTICK_CNT);
}

uint32_t port_clock_read(void)
{
  return REGISTER(SYSTICK_CNT) - clock_started;
}

void port_idle(void)
{
}
