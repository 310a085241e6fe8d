/* The pictures, one after another. */
  .section .rodata.pictures, "a"
  .global pictures
  .balign 4
pictures:
  .incbin "pictures.bin"
