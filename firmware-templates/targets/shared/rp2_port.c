/* UART0 on GP0 and GP1 with an interrupt-driven receive ring, and SysTick as the cycle counter. */
#include "port.h"

#include "config.h"
#include "registers.h"
#include "ring.h"

#if PORT_CLOCK_HZ != CORE_HZ
#error "the clock tree below makes one frequency of the 12 MHz crystal"
#endif

/* The divisor in 64ths, rounded: clock / (16 x baud). */
#define BAUD_DIVISOR_64 ((PORT_CLOCK_HZ * 4ul + PORT_BAUD / 2ul) / PORT_BAUD)
#define BAUD_PRODUCT (BAUD_DIVISOR_64 * PORT_BAUD)

#if BAUD_DIVISOR_64 < 64 || BAUD_DIVISOR_64 > 65535 * 64
#error "the clock cannot be divided to this baud rate"
#elif PORT_CLOCK_HZ * 4ul * 100 > BAUD_PRODUCT * 103 || PORT_CLOCK_HZ * 4ul * 100 < BAUD_PRODUCT * 97
#error "the nearest baud rate that the clock makes is more than 3 % off"
#endif

static void wait_for(uint32_t address, uint32_t bits)
{
  while ((REGISTER(address) & bits) != bits) {
  }
}

static void release_reset(uint32_t blocks)
{
  CLEAR(RESETS_RESET) = blocks;
  wait_for(RESETS_DONE, blocks);
}

/* From the crystal through the PLL. */
static void clock_init(void)
{
  /* 1 ms of 12 MHz in units of 256 periods. */
  REGISTER(XOSC_STARTUP) = 47;
  REGISTER(XOSC_CTRL) = XOSC_ENABLE_1_15_MHZ;
  wait_for(XOSC_STATUS, XOSC_STABLE);

  /* Away from the PLL, in case this is a restart that finds it running. */
  CLEAR(CLK_SYS_CTRL) = CLK_SYS_AUX;
  wait_for(CLK_SYS_SELECTED, 1u);
  REGISTER(CLK_REF_CTRL) = CLK_REF_XOSC;
  wait_for(CLK_REF_SELECTED, 1u << CLK_REF_XOSC);

  SET(RESETS_RESET) = RESET_PLL_SYS;
  release_reset(RESET_PLL_SYS);
  REGISTER(PLL_SYS_CS) = 1;
  REGISTER(PLL_SYS_FBDIV) = PLL_FACTOR;
  CLEAR(PLL_SYS_PWR) = PLL_POWER_DOWN | PLL_VCO_DOWN;
  wait_for(PLL_SYS_CS, PLL_LOCK);
  REGISTER(PLL_SYS_PRIM) = PLL_DIVIDERS;
  CLEAR(PLL_SYS_PWR) = PLL_POST_DIVIDERS_DOWN;

  REGISTER(CLK_SYS_CTRL) = 0; /* auxiliary source 0 is the PLL; switch to it once it is chosen */
  REGISTER(CLK_SYS_CTRL) = CLK_SYS_AUX;
  wait_for(CLK_SYS_SELECTED, 1u << CLK_SYS_AUX);
  REGISTER(CLK_PERI_CTRL) = CLK_PERI_ENABLE;
}

static void connect_pin(uint32_t pin)
{
  REGISTER(GPIO_CTRL(pin)) = GPIO_FUNCTION_UART;
  REGISTER(PAD(pin)) = PAD_CONNECTED;
}

static void uart_init(void)
{
  release_reset(RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_UART0);
  REGISTER(UART_IBRD) = BAUD_DIVISOR_64 >> 6;
  REGISTER(UART_FBRD) = BAUD_DIVISOR_64 & 63;
  REGISTER(UART_LCR_H) = UART_8_BITS_FIFO;
  REGISTER(UART_IFLS) = 2u << 3; /* interrupt when the receive FIFO is half full, or after a pause */
  REGISTER(UART_IMSC) = UART_INTERRUPT_RECEIVE | UART_INTERRUPT_TIMEOUT;
  REGISTER(UART_CR) = UART_ENABLE_BOTH;
  connect_pin(0);
  connect_pin(1);
  REGISTER(NVIC_ENABLE_OF(UART_IRQ)) = NVIC_BIT(UART_IRQ);
}

void port_init(void)
{
  clock_init();
  uart_init();
  cycles_init();
}

void UART_Handler(void)
{
  REGISTER(UART_ICR) = UART_INTERRUPT_RECEIVE | UART_INTERRUPT_TIMEOUT;
  while ((REGISTER(UART_FR) & UART_FR_RECEIVE_EMPTY) == 0) {
    const uint8_t byte = (uint8_t)REGISTER(UART_DR);
    /* A byte beyond the window is lost; the CRC finds out and the host repeats. */
    if (!ring_is_full()) {
      ring_put(byte);
    }
  }
}

bool port_read(uint8_t *byte)
{
  return ring_take(byte);
}

void port_write(const uint8_t *bytes, uint16_t count)
{
  while (count != 0) {
    while ((REGISTER(UART_FR) & UART_FR_TRANSMIT_FULL) != 0) {
    }
    REGISTER(UART_DR) = *bytes++;
    count--;
  }
}

void port_idle(void)
{
}
