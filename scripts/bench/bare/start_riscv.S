/* Reset of a RISC-V core in machine mode. */
  .section .vectors, "ax"
  .global reset
reset:
  la sp, stack_top
  la t0, bss_start
  la t1, bss_end
1:
  bgeu t0, t1, 2f
  sw zero, 0(t0)
  addi t0, t0, 4
  j 1b
2:
  la t0, data_start
  la t1, data_end
  la t2, data_load
3:
  bgeu t0, t1, 4f
  lw a0, 0(t2)
  sw a0, 0(t0)
  addi t0, t0, 4
  addi t2, t2, 4
  j 3b
4:
  call main
5:
  j 5b
