// Takes bytes off a serial line: 8 data bits, no parity, 1 stop bit, least significant bit first.
//
// A bit lasts CLOCKS_PER_BIT clocks, 4 or more. Each is sampled in its middle, counted from the falling edge of the
// start bit. A start bit that is over before its middle is noise; a byte whose stop bit is low is dropped, and
// nothing is taken before the line has been high again. A byte shows until it is taken, or the next begins.
module uart_rx #(
    parameter CLOCKS_PER_BIT = 104
) (
    input clk,
    input reset,
    input line,
    output [7:0] data,
    output reg valid,
    input take
);
  localparam WIDTH = $clog2(CLOCKS_PER_BIT);
  localparam [WIDTH-1:0] WHOLE = CLOCKS_PER_BIT[WIDTH-1:0] - 1'b1;
  localparam [WIDTH-1:0] HALF = CLOCKS_PER_BIT[WIDTH:1] - 1'b1;

  localparam [1:0] IDLE = 2'd0, BITS = 2'd1, STOP = 2'd2, BREAK = 2'd3;

  reg [1:0] state;
  reg [2:0] settled;  // the line, through three flip-flops against metastability
  reg [WIDTH-1:0] left;  // clocks to the next sample
  reg [8:0] shifted;  // the start bit has come when its bit 0 is set

  wire level = settled[2];
  wire sample = left == 0;

  assign data = shifted[8:1];

  always @(posedge clk) begin
    settled <= {settled[1:0], line};
    if (take) valid <= 1'b0;
    left <= sample ? WHOLE : left - 1'b1;
    case (state)
      IDLE: begin
        left <= HALF;
        if (!level) begin
          shifted <= 9'h100;
          valid   <= 1'b0;
          state   <= BITS;
        end
      end
      BITS:
      if (sample) begin
        shifted <= {level, shifted[8:1]};
        if (shifted == 9'h100 && level) state <= IDLE;
        if (shifted[0]) state <= STOP;
      end
      STOP:
      if (sample) begin
        valid <= level;
        state <= level ? IDLE : BREAK;
      end
      BREAK: if (level) state <= IDLE;
    endcase
    if (reset) begin
      settled <= 3'b111;
      state <= BREAK;
      valid <= 1'b0;
    end
  end
endmodule
