/*
 * What the core finds at the first byte of flash: after reset it runs the first entry, from the flash's alias at address 0; an
 * interrupt goes to the address in its entry (QingKe V2 Microprocessor Manual, "Exceptions and interrupts").
 */
  .section .vectors, "ax", @progbits
  .global vectors
vectors:
  /* From the alias to the flash itself. */
  .option push
  .option norvc
  .option norelax
  lui t0, %hi(Reset_Handler)
  jalr zero, %lo(Reset_Handler)(t0)
  .option pop

  /* 2 to 31: NMI, exceptions, and interrupts that stay off. */
  .rept 30
  .word halt
  .endr
  .word USART1_Handler
