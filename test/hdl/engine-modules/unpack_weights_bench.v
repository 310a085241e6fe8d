// The unpacking of weights alone: the codes of each word of stored.hex, lane by lane, one line a word.
`timescale 1ns / 1ns
module unpack_weights_bench;
  parameter LANES = 3;
  parameter WEIGHT_BITS = 3;
  parameter PACKED = 1;
  parameter STORED_BITS = 7;
  parameter WORDS = 1;

  reg [STORED_BITS-1:0] words[0:WORDS-1];
  reg [STORED_BITS-1:0] stored;
  wire [LANES*WEIGHT_BITS-1:0] weights;
  unpack_weights #(
      .LANES(LANES),
      .WEIGHT_BITS(WEIGHT_BITS),
      .PACKED(PACKED),
      .STORED_BITS(STORED_BITS)
  ) unpack (
      .stored(stored),
      .weights(weights)
  );

  integer i, lane;
  initial begin
    $readmemh("stored.hex", words);
    for (i = 0; i < WORDS; i = i + 1) begin
      stored = words[i];
      #1;
      for (lane = 0; lane < LANES; lane = lane + 1) $write("%0d", weights[lane*WEIGHT_BITS+:WEIGHT_BITS]);
      $display("");
    end
    $finish;
  end
endmodule
