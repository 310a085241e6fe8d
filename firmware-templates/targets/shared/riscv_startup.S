/* Reset of a RISC-V core: stack, variables, main. Only registers that RV32E has too. */
  .section .start, "ax", @progbits
  .global Reset_Handler
  .type Reset_Handler, @function
Reset_Handler:
  la sp, stack_top

  la a0, data_load
  la a1, data_start
  la a2, data_end
copy:
  bgeu a1, a2, copied
  lw a3, 0(a0)
  sw a3, 0(a1)
  addi a0, a0, 4
  addi a1, a1, 4
  j copy
copied:

  la a1, bss_start
  la a2, bss_end
clear:
  bgeu a1, a2, cleared
  sw zero, 0(a1)
  addi a1, a1, 4
  j clear
cleared:

  call main

  .global halt
  .type halt, @function
halt:
  j halt
