// Bytes that came while nobody took them: first in, first out, 2^DEPTH_LOG2 of them.
//
// A byte that comes when all places are taken is lost. The memory is read a clock ahead, so that it may be a block RAM;
// a byte shows at the output two clocks after it came.
module fifo #(
    parameter DEPTH_LOG2 = 9
) (
    input clk,
    input reset,
    input [7:0] in,
    input in_valid,
    output reg [7:0] out,
    output reg out_valid,
    input out_take
);
  (* no_rw_check *)
  reg [7:0] bytes[0:(1<<DEPTH_LOG2)-1];
  reg [DEPTH_LOG2:0] written, read;  // one bit more than an address: equal is empty, a whole turn apart is full

  wire full = written == {~read[DEPTH_LOG2], read[DEPTH_LOG2-1:0]};
  wire write = in_valid && !full;
  wire next = (!out_valid || out_take) && read != written;

  always @(posedge clk) begin
    if (write) bytes[written[DEPTH_LOG2-1:0]] <= in;
    if (next) out <= bytes[read[DEPTH_LOG2-1:0]];
  end

  always @(posedge clk) begin
    if (write) written <= written + 1'b1;
    if (next) read <= read + 1'b1;
    if (next) out_valid <= 1'b1;
    else if (out_take) out_valid <= 1'b0;
    if (reset) begin
      written <= 0;
      read <= 0;
      out_valid <= 1'b0;
    end
  end
endmodule
