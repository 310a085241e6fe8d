// The accumulators alone: a word of lanes.hex a clock, the sums at the heads after each.
`timescale 1ns / 1ns
module lanes_bench;
  parameter GROUPS = 1;
  parameter FILTERS = 1;
  parameter LEVELS = 4;
  parameter WEIGHT_BITS = 3;
  parameter PRODUCT_BITS = 8;
  parameter SUM_BITS = 16;
  parameter CLOCKS = 1;
  localparam PRODUCTS = GROUPS * LEVELS * PRODUCT_BITS;
  localparam WEIGHTS = GROUPS * FILTERS * WEIGHT_BITS;
  localparam WIDTH = 3 + GROUPS + WEIGHTS + PRODUCTS;

  reg clk = 1'b0;
  reg [WIDTH-1:0] words[0:CLOCKS-1];
  reg [WIDTH-1:0] word = 0;
  wire add, drain, clear;
  wire [GROUPS-1:0] step;
  wire [PRODUCTS-1:0] products;
  wire [WEIGHTS-1:0] weights;
  wire [GROUPS*SUM_BITS-1:0] heads;
  assign {add, drain, clear, step, weights, products} = word;

  lanes #(
      .GROUPS(GROUPS),
      .FILTERS(FILTERS),
      .LEVELS(LEVELS),
      .WEIGHT_BITS(WEIGHT_BITS),
      .PRODUCT_BITS(PRODUCT_BITS),
      .SUM_BITS(SUM_BITS)
  ) lanes (
      .clk(clk),
      .add(add),
      .products(products),
      .weights(weights),
      .step(step),
      .drain(drain),
      .clear(clear),
      .heads(heads)
  );

  integer i, group;
  initial begin
    $readmemh("lanes.hex", words);
    for (i = 0; i < CLOCKS; i = i + 1) begin
      word = words[i];
      #1;
      for (group = 0; group < GROUPS; group = group + 1) $write(" %0d", $signed(heads[group*SUM_BITS+:SUM_BITS]));
      $display("");
      clk = 1'b1;
      #1 clk = 1'b0;
      #1;
    end
    $finish;
  end
endmodule
