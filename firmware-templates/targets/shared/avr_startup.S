; Reset of an AVR, for any compiler; no C library. A target's vectors.S jumps here.

  .text
  ; avr-gcc asks for these two by name wherever there is data; Reset_Handler does their work.
  .global __do_copy_data
  .global __do_clear_bss
__do_copy_data:
__do_clear_bss:

  .global Reset_Handler
Reset_Handler:
  clr r1                    ; the zero that compilers rely on
  out 0x3f, r1              ; status register
  ldi r28, lo8(stack_top)
  ldi r29, hi8(stack_top)
  out 0x3e, r29             ; stack pointer
  out 0x3d, r28
#ifdef __AVR_HAVE_EIJMP_EICALL__
  out 0x3c, r1              ; EIND: indirect calls stay in the first 128 KB
#endif

  ldi r26, lo8(data_start)
  ldi r27, hi8(data_start)
  ldi r30, lo8(data_load)
  ldi r31, hi8(data_load)
  ldi r17, hi8(data_end)
  rjmp 2f
1:
  lpm r0, Z+
  st X+, r0
2:
  cpi r26, lo8(data_end)
  cpc r27, r17
  brne 1b

  ldi r26, lo8(bss_start)
  ldi r27, hi8(bss_start)
  ldi r17, hi8(bss_end)
  rjmp 4f
3:
  st X+, r1
4:
  cpi r26, lo8(bss_end)
  cpc r27, r17
  brne 3b

  call main
  .global halt
halt:
  rjmp halt
