// The flash loader and a flash memory: prints each slice as it comes, and once more after a reset in the midst of it.
`timescale 1ns / 1ns
module flash_bench;
  parameter WORDS = 2;
  parameter RESET_AT = 0;  // clocks after the first reset; 0: no second one

  reg clk = 1'b0;
  reg reset = 1'b1;
  wire busy, begin_fill, flash_clk, flash_select_n, flash_out, flash_in;
  wire [3:0] fill;
  wire [15:0] data;
  flash_loader #(
      .SLICES(2),
      .WORDS(WORDS),
      .WORD_BITS(4)
  ) loader (
      .clk(clk),
      .reset(reset),
      .busy(busy),
      .begin_fill(begin_fill),
      .fill(fill),
      .data(data),
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

  always #5 clk = ~clk;
  always @(negedge clk) begin
    if (begin_fill) $display("begin");
    if (fill != 4'd0) $display("%b %h", fill, data);
  end

  initial begin
    repeat (8) @(negedge clk);
    reset = 1'b0;
    if (RESET_AT > 0) begin
      repeat (RESET_AT) @(negedge clk);
      reset = 1'b1;
      repeat (3) @(negedge clk);
      reset = 1'b0;
      $display("again");
    end
    while (busy) @(negedge clk);
    repeat (4) @(negedge clk);
    $finish;
  end

  // Twice what a reset in the midst of it takes.
  initial begin
    #100_000 $display("comes to no end");
    $finish;
  end
endmodule
