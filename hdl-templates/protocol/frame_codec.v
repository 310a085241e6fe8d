// Frames of docs/protocol.md, sections 1 and 2.1: takes requests apart and puts answers together, one at a time.
//
// The last five bytes lie in a window that every byte slides through, so the search for a header goes on with the byte
// after a wrong start byte, without a second copy. The header stays there while payload and CRC pass, and becomes the
// answer's.
//
//   receiving: `begin_request` when a header is right; payload bytes, each taken in a clock in which `payload_valid` and
//              `payload_take` are high; `end_request` when the CRC is right, too. From then on nothing is taken from the
//              line until an answer has been sent.
//   sending:   `answer` with type and length for one clock, any time after `end_request`; then `answer_length` bytes,
//              each taken in a clock in which `answer_valid` and `answer_take` are high.
module frame_codec #(
    parameter [15:0] LONGEST = 16'd791  // payload of a request; a header that says more is noise
) (
    input clk,
    input reset,

    // the line
    input [7:0] in,
    input in_valid,
    output in_take,
    output reg [7:0] out,
    output out_valid,
    input out_ready,

    // a request
    output reg begin_request,
    output reg end_request,
    output [7:0] request_type,
    output [15:0] request_length,
    output [7:0] payload,
    output payload_valid,
    input payload_take,

    // its answer, with the same sequence number
    input answer,
    input [7:0] answer_type,
    input [15:0] answer_length,
    input [7:0] answer_data,
    input answer_valid,
    output answer_take
);
  localparam [7:0] START = 8'hA5;

  localparam [3:0] SEARCH = 4'd0;
  localparam [3:0] HEADER_START = 4'd1, HEADER_TYPE = 4'd2, HEADER_SEQUENCE = 4'd3, HEADER_LENGTH_LOW = 4'd4,
                   HEADER_LENGTH_HIGH = 4'd5, HEADER_CHECK = 4'd6;
  localparam [3:0] PAYLOAD = 4'd7, CRC_LOW = 4'd8, CRC_HIGH = 4'd9, WORK = 4'd10;

  // CRC-8 with polynomial 0x07 of four bytes, the first in the highest bits.
  function [7:0] crc8(input [31:0] bytes);
    integer i;
    begin
      crc8 = 8'd0;
      for (i = 31; i >= 0; i = i - 1) crc8 = {crc8[6:0], 1'b0} ^ ((crc8[7] ^ bytes[i]) ? 8'h07 : 8'h00);
    end
  endfunction

  reg [3:0] state;
  reg sending;  // in the states of header, payload and CRC: which way they go
  reg [2:0] seen;  // bytes in the window that belong to no earlier frame
  reg [7:0] start, kind, sequence_number, length_low, length_high;  // the window, oldest byte first
  reg [15:0] left;  // payload bytes still to come or go
  reg [15:0] crc;

  wire [7:0] check = crc8({kind, sequence_number, length_low, length_high});
  wire [15:0] length = {length_high, length_low};
  wire is_header = seen == 3'd5 && start == START && in == check && length <= LONGEST;

  assign request_type = kind;
  assign request_length = length;
  assign payload = in;
  assign payload_valid = in_valid && state == PAYLOAD && !sending;
  assign in_take = in_valid && !sending && (state == SEARCH || (state == PAYLOAD && payload_take) || state == CRC_LOW || state == CRC_HIGH);
  assign answer_take = state == PAYLOAD && sending && out_ready;
  assign out_valid = sending && (state != PAYLOAD || answer_valid);

  always @* begin
    case (state)
      HEADER_TYPE: out = kind;
      HEADER_SEQUENCE: out = sequence_number;
      HEADER_LENGTH_LOW: out = length_low;
      HEADER_LENGTH_HIGH: out = length_high;
      HEADER_CHECK: out = check;
      PAYLOAD: out = answer_data;
      CRC_LOW: out = crc[7:0];
      CRC_HIGH: out = crc[15:8];
      default: out = START;
    endcase
  end

  // One byte further: a header that came goes through the CRC as one that is sent does, without waiting for the line.
  wire in_header = state >= HEADER_START && state <= HEADER_CHECK;
  wire step = sending ? out_valid && out_ready : in_header || in_take;

  wire [15:0] crc_next;
  crc16 one_further (
      .so_far(crc),
      .data(payload_valid ? in : out),
      .crc(crc_next)
  );

  always @(posedge clk) begin
    begin_request <= 1'b0;
    end_request   <= 1'b0;
    if (step) begin
      crc <= crc_next;
      case (state)
        SEARCH:
        if (is_header) begin
          begin_request <= 1'b1;
          left <= length;
          seen <= 3'd0;
          state <= HEADER_START;
        end else begin
          {start, kind, sequence_number, length_low, length_high} <= {kind, sequence_number, length_low, length_high, in};
          if (seen != 3'd5) seen <= seen + 3'd1;
        end
        HEADER_START: begin
          crc   <= 16'hFFFF;
          state <= HEADER_TYPE;
        end
        HEADER_CHECK: state <= left == 16'd0 ? CRC_LOW : PAYLOAD;
        PAYLOAD: begin
          left <= left - 16'd1;
          if (left == 16'd1) state <= CRC_LOW;
        end
        CRC_LOW: begin
          crc   <= sending ? crc : {crc[15:8], crc[7:0] ^ in};
          state <= CRC_HIGH;
        end
        CRC_HIGH: begin
          end_request <= !sending && crc == {in, 8'd0};
          state <= !sending && crc == {in, 8'd0} ? WORK : SEARCH;
          sending <= 1'b0;
        end
        WORK: ;
        default: state <= state + 4'd1;
      endcase
    end
    if (state == WORK && answer) begin
      kind <= answer_type;
      {length_high, length_low} <= answer_length;
      left <= answer_length;
      sending <= 1'b1;
      state <= HEADER_START;
    end
    if (reset) begin
      state <= SEARCH;
      sending <= 1'b0;
      seen <= 3'd0;
      begin_request <= 1'b0;
      end_request <= 1'b0;
    end
  end
endmodule
