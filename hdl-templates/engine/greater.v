// Whether a is greater than b, as logic of its own: of a few bits, which this is for, it is smaller than with a carry chain.
module greater #(
    parameter WIDTH = 3
) (
    input [WIDTH-1:0] a,
    input [WIDTH-1:0] b,
    output reg y
);
  integer i;
  always @* begin
    y = 1'b0;
    for (i = 0; i < WIDTH; i = i + 1) y = (a[i] && !b[i]) || ((a[i] || !b[i]) && y);
  end
endmodule
