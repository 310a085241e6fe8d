; Vector table of the ATmega328P: 26 entries, of which two are used.

  .section .vectors, "ax", @progbits
  .global vectors
vectors:
  jmp Reset_Handler
  .rept 12
  jmp halt
  .endr
  jmp __vector_13   ; Timer1 overflow
  .rept 4
  jmp halt
  .endr
  jmp __vector_18   ; USART0 receive
  .rept 7
  jmp halt
  .endr
