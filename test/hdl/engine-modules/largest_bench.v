// Max pooling alone: a word of largest.hex a clock, what is held after each.
`timescale 1ns / 1ns
module largest_bench;
  parameter INDEX_BITS = 3;
  parameter CLOCKS = 1;

  reg clk = 1'b0;
  reg [2+INDEX_BITS:0] words[0:CLOCKS-1];
  wire clear, take, close;
  wire [INDEX_BITS-1:0] activation, held;
  reg [2+INDEX_BITS:0] word = 0;
  assign {clear, take, close, activation} = word;

  largest #(
      .INDEX_BITS(INDEX_BITS)
  ) largest (
      .clk(clk),
      .clear(clear),
      .take(take),
      .close(close),
      .activation(activation),
      .held(held)
  );

  integer i;
  initial begin
    $readmemh("largest.hex", words);
    for (i = 0; i < CLOCKS; i = i + 1) begin
      word = words[i];
      #1 clk = 1'b1;
      #1 $display("%0d", held);
      clk = 1'b0;
    end
    $finish;
  end
endmodule
