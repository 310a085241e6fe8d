// Words of weights alone: a word for each address of addresses.hex, one line each.
`timescale 1ns / 1ns
module weight_words_bench;
  parameter WIDTH = 24;
  parameter WORDS = 16;
  parameter ADDRESS_BITS = 4;
  parameter LARGE_BITS = 0;
  parameter CLOCKS = 1;

  reg clk = 1'b0;
  reg [ADDRESS_BITS-1:0] addresses[0:CLOCKS-1];
  reg [63:0] large_words[0:WORDS-1];
  reg [ADDRESS_BITS-1:0] address = 0;
  reg [63:0] large_word;
  wire [WIDTH-1:0] word;
  weight_words #(
      .WIDTH(WIDTH),
      .WORDS(WORDS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .LARGE_BITS(LARGE_BITS)
  ) words (
      .clk(clk),
      .address(address),
      .large_word(large_word),
      .word(word)
  );
  always @(posedge clk) large_word <= large_words[address];

  integer i;
  initial begin
    $readmemh("addresses.hex", addresses);
    $readmemh("large.hex", large_words);
    for (i = 0; i < CLOCKS; i = i + 1) begin
      address = addresses[i];
      #1 clk = 1'b1;
      #1 $display("%h", word);
      clk = 1'b0;
    end
    $finish;
  end
endmodule
