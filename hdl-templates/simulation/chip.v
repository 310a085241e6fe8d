// The design with the flash memory that it reads.
module chip (
    input  clk,
    input  rx,
    output tx
);
  wire flash_clk, flash_select_n, flash_out, flash_in;
  top top (
      .clk(clk),
      .rx(rx),
      .tx(tx),
      .flash_clk(flash_clk),
      .flash_select_n(flash_select_n),
      .flash_out(flash_out),
      .flash_in(flash_in)
  );
  spi_flash flash (
      .clk(flash_clk),
      .select_n(flash_select_n),
      .in(flash_out),
      .out(flash_in)
  );
endmodule
