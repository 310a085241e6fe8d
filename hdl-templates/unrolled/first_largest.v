// The number of the largest of COUNT signed values, the first where several are; a round of pairs every clock, so that the
// answer comes NUMBER_BITS clocks later.
module first_largest #(
    parameter COUNT = 10,
    parameter WIDTH = 12,
    parameter NUMBER_BITS = 4  // $clog2(COUNT), at least 1
) (
    input clk,
    input [COUNT*WIDTH-1:0] values,  // the first lowest
    output [NUMBER_BITS-1:0] number
);
  localparam ENTRY = NUMBER_BITS + WIDTH;

  // What is left after each round, side by side; round 0 is all values.
  wire [COUNT*ENTRY-1:0] left[0:NUMBER_BITS];
  assign number = left[NUMBER_BITS][WIDTH+:NUMBER_BITS];

  genvar k, round;
  generate
    for (k = 0; k < COUNT; k = k + 1) begin : numbered
      localparam [NUMBER_BITS-1:0] K = k;
      assign left[0][k*ENTRY+:ENTRY] = {K, values[k*WIDTH+:WIDTH]};
    end
    for (round = 0; round < NUMBER_BITS; round = round + 1) begin : rounds
      localparam MANY = (COUNT + (1 << round) - 1) >> round;
      for (k = 0; 2 * k < MANY; k = k + 1) begin : pairs
        wire [ENTRY-1:0] first = left[round][2*k*ENTRY+:ENTRY];
        reg  [ENTRY-1:0] larger;
        if (2 * k + 1 < MANY) begin : pair
          wire [ENTRY-1:0] second = left[round][(2*k+1)*ENTRY+:ENTRY];
          wire is_second = $signed(second[WIDTH-1:0]) > $signed(first[WIDTH-1:0]);
          always @(posedge clk) larger <= is_second ? second : first;
        end else begin : single
          always @(posedge clk) larger <= first;
        end
        assign left[round+1][k*ENTRY+:ENTRY] = larger;
      end
      if (COUNT > (MANY + 1) >> 1) begin : nothing_behind_them
        assign left[round+1][COUNT*ENTRY-1:((MANY+1)>>1)*ENTRY] = 0;
      end
    end
  endgenerate
  wire unused = &{1'b0, left[NUMBER_BITS]};
endmodule
