// The comparison alone: all pairs of numbers, one line each.
`timescale 1ns / 1ns
module greater_bench;
  parameter WIDTH = 3;
  reg [WIDTH-1:0] a, b;
  wire y;
  greater #(
      .WIDTH(WIDTH)
  ) greater (
      .a(a),
      .b(b),
      .y(y)
  );

  integer i;
  initial begin
    for (i = 0; i < 1 << 2 * WIDTH; i = i + 1) begin
      {a, b} = i[2*WIDTH-1:0];
      #1 $display("%0d %0d %0d", a, b, y);
    end
    $finish;
  end
endmodule
