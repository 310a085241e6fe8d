; Vector table of the ATmega2560: 57 entries, of which two are used.

  .section .vectors, "ax", @progbits
  .global vectors
vectors:
  jmp Reset_Handler
  .rept 19
  jmp halt
  .endr
  jmp __vector_20   ; Timer1 overflow
  .rept 4
  jmp halt
  .endr
  jmp __vector_25   ; USART0 receive
  .rept 31
  jmp halt
  .endr
