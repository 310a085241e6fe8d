/*
 * The second stage of the RP2040's boot (datasheet 2.8.1.3): the boot ROM copies the first 256 bytes of the flash
 * to the end of SRAM, checks the CRC-32 in the last word, and jumps to the copy. It makes the flash readable at
 * 0x10000000 and starts the program whose vector table follows at 0x10000100.
 *
 * The flash is read with command 03h (serial read, 24-bit address), which every serial flash knows, at an SSI clock
 * of a quarter of the system clock: 31.25 MHz at 125 MHz, below the limit of that command.
 *
 * boot2.c holds the words that this file assembles to, with their checksum.
 */
  .syntax unified
  .cpu cortex-m0plus
  .thumb

  /* SSI [4.10.13] */
  .equ CTRLR0, 0x00
  .equ CTRLR1, 0x04
  .equ SSIENR, 0x08
  .equ SER, 0x10
  .equ BAUDR, 0x14

  .section .boot2, "ax", %progbits
  .global boot2
  .type boot2, %function
  .thumb_func
boot2:
  ldr r0, ssi
  movs r1, #0
  str r1, [r0, #SSIENR]       /* it can be set up only while it is off */
  str r1, [r0, #CTRLR1]       /* one data frame per read */
  movs r1, #4
  str r1, [r0, #BAUDR]
  ldr r1, frame_format
  str r1, [r0, #CTRLR0]
  ldr r1, read_format
  ldr r2, spi_ctrlr0
  str r1, [r2]
  movs r1, #1
  str r1, [r0, #SER]
  str r1, [r0, #SSIENR]

  ldr r0, program
  ldr r1, vtor
  str r0, [r1]
  ldmia r0!, {r1, r2}         /* initial stack pointer, reset handler */
  msr msp, r1
  bx r2

  .balign 4
ssi:
  .word 0x18000000
spi_ctrlr0:
  .word 0x180000f4
frame_format:
  .word (31 << 16) | (3 << 8) /* 32-bit frames, standard SPI, "EEPROM read": send, then receive */
read_format:
  .word (0x03 << 24) | (2 << 8) | (6 << 2) /* command 03h of 8 bits, then 24 address bits, all serial */
program:
  .word 0x10000100
vtor:
  .word 0xe000ed08
