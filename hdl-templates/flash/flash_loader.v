// Reads weights from the board's SPI flash memory into the large memory, once after reset; `busy` until they are there.
//
// As all memories of the 25 series understand it (Winbond W25Q128JV, "Instructions"): AB wakes it from the sleep in which the part's
// configuration left it, 03 reads from an address on. A bit takes two clocks, the highest bit of a byte comes first.
//
//   begin_fill:  the next word is the first
//   fill:        `data` is slice k of the word where bit k is set; the last slice ends it
module flash_loader #(
    parameter [23:0] FIRST = 24'h100000,  // byte in the flash memory
    parameter SLICES = 4,  // of 16 bits, in a word; up to 4
    parameter WORDS = 1024,
    parameter WORD_BITS = 10,
    parameter REST_LOG2 = 11  // clocks until it is awake: 3 us for most, 30 us for some
) (
    input clk,
    input reset,
    output busy,

    output reg begin_fill,
    output reg [3:0] fill,
    output reg [15:0] data,

    output reg flash_clk,
    output flash_select_n,
    output flash_out,
    input flash_in
);
  localparam [2:0] WAKE = 3'd0, REST = 3'd1, COMMAND = 3'd2, DATA = 3'd3, DONE = 3'd4;
  localparam [REST_LOG2-1:0] WAKE_BITS = 8, COMMAND_BITS = 32, SLICE_BITS = 16;
  localparam [WORD_BITS-1:0] LAST_WORD = WORDS[WORD_BITS-1:0] - 1'b1;

  reg [2:0] state;
  reg [REST_LOG2-1:0] left;  // bits, or clocks of rest, less one
  reg [31:0] command;
  reg [3:0] slice;  // that comes, one-hot
  reg [WORD_BITS-1:0] word;

  wire end_of_bit = flash_clk;
  wire is_last = left == 0;

  assign busy = state != DONE;
  assign flash_select_n = reset || state == REST || state == DONE;
  assign flash_out = command[31];

  always @(posedge clk) begin
    begin_fill <= 1'b0;
    fill <= 4'd0;
    flash_clk <= !flash_clk && !flash_select_n;  // assigned once: it is a clock, and must not even blink
    if (end_of_bit || state == REST) left <= left - 1'b1;
    if (end_of_bit) begin
      command <= {command[30:0], 1'b0};
      data <= {data[14:0], flash_in};
    end
    case (state)
      WAKE:
      if (end_of_bit && is_last) begin
        state <= REST;
        left  <= {REST_LOG2{1'b1}};
      end
      REST:
      if (is_last) begin
        state <= COMMAND;
        left <= COMMAND_BITS - 1'b1;
        command <= {8'h03, FIRST};
      end
      COMMAND:
      if (end_of_bit && is_last) begin
        state <= DATA;
        left <= SLICE_BITS - 1'b1;
        begin_fill <= 1'b1;
      end
      DATA:
      if (end_of_bit && is_last) begin
        left  <= SLICE_BITS - 1'b1;
        fill  <= slice;
        slice <= slice[SLICES-1] ? 4'd1 : slice << 1;
        if (slice[SLICES-1]) begin
          word <= word + 1'b1;
          if (word == LAST_WORD) state <= DONE;
        end
      end
      default: ;
    endcase
    if (reset) begin
      state <= WAKE;
      left <= WAKE_BITS - 1'b1;
      command <= {8'hAB, 24'd0};
      slice <= 4'd1;
      word <= 0;
    end
  end
endmodule
