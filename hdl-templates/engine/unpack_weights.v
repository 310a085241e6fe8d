// Codes of LANES weights, as they are stored.
//
// PACKED, for codes of 0 to 3 and 4 (no product): three of them in seven bits {none, c, b, a} of 1, 2, 2 and 2. With `none` 0 they are
// a, b, c. Else at least one is 4, which may come out as any code from 4 to 7, since these are all the same to a lane:
//
//   a = 0: 4, b, c     a = 1: b, 4, c     a = 2: c, b, 4     a = 3: all are 4 but number b (if b < 3), which is c
//
// What is left of LANES / 3 has three bits each, above.
module unpack_weights #(
    parameter LANES = 8,
    parameter WEIGHT_BITS = 3,
    parameter PACKED = 0,
    parameter STORED_BITS = 24
) (
    input [STORED_BITS-1:0] stored,
    output [LANES*WEIGHT_BITS-1:0] weights
);
  localparam TRIPLES = LANES / 3;
  genvar i;
  generate
    if (PACKED == 0) begin : plain
      assign weights = stored;
    end else begin : packed_codes
      for (i = 0; i < TRIPLES; i = i + 1) begin : triples
        wire none;
        wire [1:0] a, b, c;
        assign {none, c, b, a} = stored[7*i+:7];
        wire lone = none && a == 2'd3;
        wire [1:0] first = !none ? a : a == 2'd1 ? b : c;
        wire [1:0] second = lone ? c : b;
        wire [2:0] missing = {none && (a == 2'd2 || (lone && b != 2'd2)),
                              none && (a == 2'd1 || (lone && b != 2'd1)),
                              none && (a == 2'd0 || (lone && b != 2'd0))};
        assign weights[9*i+:9] = {missing[2], c, missing[1], second, missing[0], first};
      end
      if (LANES % 3 != 0) begin : others
        assign weights[LANES*3-1:TRIPLES*9] = stored[STORED_BITS-1:TRIPLES*7];
      end
    end
  endgenerate
endmodule
