// Words of weights: their lowest LARGE_BITS come from the large memory, those above are constants of a file.
module weight_words #(
    parameter FILE = "wide.hex",
    parameter WIDTH = 24,
    parameter WORDS = 256,
    parameter ADDRESS_BITS = 8,
    parameter LARGE_BITS = 0
) (
    input clk,
    input [ADDRESS_BITS-1:0] address,
    input [63:0] large_word,  // of that address, a clock later
    output [WIDTH-1:0] word  // a clock later
);
  localparam REST = WIDTH > LARGE_BITS ? WIDTH - LARGE_BITS : 1;
  wire [REST-1:0] rest;
  generate
    if (WIDTH > LARGE_BITS) begin : constants
      rom #(
          .FILE(FILE),
          .STYLE(WORDS > 16 ? "block" : "logic"),
          .WIDTH(REST),
          .WORDS(WORDS),
          .ADDRESS_BITS(ADDRESS_BITS)
      ) constant_words (
          .clk(clk),
          .address(address),
          .value(rest)
      );
    end else begin : no_constants
      assign rest = 0;
      wire unused = &{1'b0, clk, address, rest};
    end
    if (LARGE_BITS == 0) assign word = rest;
    else if (WIDTH > LARGE_BITS) assign word = {rest, large_word[LARGE_BITS-1:0]};
    else assign word = large_word[WIDTH-1:0];
  endgenerate
  wire unused = &{1'b0, large_word};
endmodule
