// Puts bytes on a serial line: 8 data bits, no parity, 1 stop bit, least significant bit first.
//
// A byte is taken in a clock in which both `valid` and `ready` are high. A bit lasts CLOCKS_PER_BIT clocks.
module uart_tx #(
    parameter CLOCKS_PER_BIT = 104
) (
    input clk,
    input reset,
    input [7:0] data,
    input valid,
    output ready,
    output reg line
);
  localparam WIDTH = $clog2(CLOCKS_PER_BIT);
  localparam [WIDTH-1:0] WHOLE = CLOCKS_PER_BIT[WIDTH-1:0] - 1'b1;

  reg [WIDTH-1:0] left;  // clocks until the line changes
  reg [8:0] bits;  // what is still to be sent, a 1 above it as the stop bit; 1 alone: the stop bit is on the line
  reg busy;

  assign ready = !busy;

  always @(posedge clk) begin
    left <= left == 0 ? WHOLE : left - 1'b1;
    if (!busy) begin
      left <= WHOLE;
      line <= !valid;
      busy <= valid;
      bits <= {1'b1, data};
    end else if (left == 0) begin
      if (bits == 9'd0) busy <= 1'b0;
      else line <= bits[0];
      bits <= {1'b0, bits[8:1]};
    end
    if (reset) begin
      line <= 1'b1;
      busy <= 1'b0;
    end
  end
endmodule
