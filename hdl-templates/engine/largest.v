// The largest activation of each window, one window after another, for max pooling.
//
//   take:  `activation` counts; with `close` it is the next window's first
//   close: the window is over. From the next clock on `held` is its largest, until another is over
module largest #(
    parameter INDEX_BITS = 3
) (
    input clk,
    input clear,  // what came before counts no more
    input take,
    input close,
    input [INDEX_BITS-1:0] activation,
    output reg [INDEX_BITS-1:0] held
);
  reg [INDEX_BITS-1:0] so_far;
  wire [INDEX_BITS-1:0] until_now = close || clear ? {INDEX_BITS{1'b0}} : so_far;
  wire larger;
  greater #(
      .WIDTH(INDEX_BITS)
  ) than_until_now (
      .a(activation),
      .b(until_now),
      .y(larger)
  );

  always @(posedge clk) begin
    so_far <= take && larger ? activation : until_now;
    if (close) held <= so_far;
  end
endmodule
