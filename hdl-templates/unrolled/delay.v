// A value, CLOCKS clocks later.
module delay #(
    parameter WIDTH = 1,
    parameter CLOCKS = 1
) (
    input clk,
    input [WIDTH-1:0] in,
    output [WIDTH-1:0] out
);
  reg [WIDTH*CLOCKS-1:0] ranks;
  assign out = ranks[WIDTH*CLOCKS-1-:WIDTH];
  generate
    if (CLOCKS == 1) begin : one_rank
      always @(posedge clk) ranks <= in;
    end else begin : many_ranks
      always @(posedge clk) ranks <= {ranks[WIDTH*(CLOCKS-1)-1:0], in};
    end
  endgenerate
endmodule
