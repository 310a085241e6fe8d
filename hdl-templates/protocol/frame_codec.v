// Frames of docs/protocol.md, sections 1 and 2.1: takes requests apart and puts answers together, one at a time.
//
// The last five bytes lie in a window that every byte slides through, so the search for a header goes on with the byte
// after a wrong start byte, without a second copy. When its oldest byte is a start byte and the next byte is there, the
// window turns round once, and the CRCs see its bytes as they do when a header is sent; that next byte must then be the
// header's check. The header stays in the window while payload and CRC pass, and becomes the answer's.
//
//   receiving: `begin_request` when a header is right, from then on the header shows; payload bytes, each taken in a clock
//              in which `payload_valid` and `payload_take` are high; `end_request` when the CRC is right, too. From then
//              on nothing is taken from the line until an answer has been sent.
//   sending:   `answer` with type and length for one clock, with `end_request` or later; then the payload, each byte taken
//              in a clock in which `answer_valid` and `answer_take` are high.
module frame_codec #(
    parameter [15:0] LONGEST = 16'd791,  // payload of a request; a header that says more is noise
    parameter PLACE_BITS = 10  // of the length of any payload, a request's or an answer's
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
    output begin_request,
    output reg end_request,
    output [7:0] kind,  // its type, and then the answer's
    output [15:0] length,
    output [7:0] payload,
    output payload_valid,
    input payload_take,
    output reg [PLACE_BITS-1:0] place,  // of the payload's next byte, a request's or an answer's

    // its answer, with the same sequence number
    input answer,
    input [7:0] answer_type,
    input [PLACE_BITS-1:0] answer_length,
    input [7:0] answer_data,
    input answer_valid,
    output answer_take
);
  localparam [7:0] START = 8'hA5;

  // Numbered so that a bit or two tell what matters.
  localparam [3:0] SEARCH = 4'b0000;
  localparam [3:0] HEADER = 4'b0011;  // to 4'b0111: of the header's first five bytes the start byte, type, and so on
  localparam [3:0] CHECK = 4'b1000, PAYLOAD = 4'b1001, CRC_LOW = 4'b1010, CRC_HIGH = 4'b1011, WORK = 4'b1100;

  // Bit by bit, which is smaller than the subtraction that an operator becomes.
  function is_possible(input [15:0] bytes);
    integer i;
    begin
      is_possible = 1'b1;
      for (i = 0; i < 16; i = i + 1) is_possible = LONGEST[i] ? is_possible || !bytes[i] : is_possible && !bytes[i];
    end
  endfunction

  // CRC-8 with polynomial 0x07, one byte further.
  function [7:0] crc8(input [7:0] so_far, input [7:0] data);
    integer i;
    begin
      crc8 = so_far ^ data;
      for (i = 0; i < 8; i = i + 1) crc8 = {crc8[6:0], 1'b0} ^ (crc8[7] ? 8'h07 : 8'h00);
    end
  endfunction

  reg [3:0] state;
  reg sending;  // in the states of header, payload and CRC: which way they go
  reg damaged;  // the first byte of the CRC was wrong
  reg [7:0] start, kind_byte, sequence_number, length_low, length_high;  // the window, oldest byte first
  reg [7:0] check;
  reg [15:0] crc;

  wire at_start = start == START;
  wire turning = !state[3] && state[2:0] != 3'd0;
  wire rest = place != length[PLACE_BITS-1:0];
  wire same = in == out;  // what came is what must come
  wire is_header = same && is_possible(length);

  wire taking = !sending && ((state == SEARCH && !at_start) || state == CHECK || (payload_valid && payload_take) ||
                             state == CRC_LOW || state == CRC_HIGH);
  wire step = sending ? out_valid && out_ready : turning || in_take;

  wire slide = step && (state == SEARCH || turning || (state == CHECK && !sending && !is_header));
  wire begin_answer = state == WORK && answer;
  wire forget = reset || (step && state == CRC_HIGH && (sending || !same || damaged));

  assign in_take = in_valid && taking;
  assign out_valid = sending && (state != PAYLOAD || (rest && answer_valid));
  assign begin_request = step && state == CHECK && !sending && is_header;
  assign kind = kind_byte;
  assign length = {length_high, length_low};
  assign payload = in;
  assign payload_valid = in_valid && state == PAYLOAD && rest && !sending;
  assign answer_take = sending && state == PAYLOAD && rest && out_ready;

  always @* begin
    case (state)
      CHECK: out = check;
      PAYLOAD: out = sending ? answer_data : in;
      CRC_LOW: out = crc[7:0];
      CRC_HIGH: out = crc[15:8];
      default: out = start;
    endcase
  end

  wire [15:0] crc_next;
  crc16 one_further (
      .so_far(crc),
      .data(out),
      .crc(crc_next)
  );

  always @(posedge clk) begin
    end_request <= 1'b0;
    if (step) begin
      check <= crc8(check, out);
      if (state != CRC_LOW) crc <= crc_next;
    end
    if (state == HEADER) begin
      check <= 8'd0;
      crc   <= 16'hFFFF;
      place <= 0;
    end
    if (slide)
      {start, kind_byte, sequence_number, length_low, length_high} <=
          {kind_byte, sequence_number, length_low, length_high, turning ? start : in};
    if (begin_answer) begin
      kind_byte <= answer_type;
      {length_high, length_low} <= {{16 - PLACE_BITS{1'b0}}, answer_length};
    end
    if (forget) {start, kind_byte, sequence_number, length_low, length_high} <= 40'd0;

    case (state)
      SEARCH: if (in_valid && at_start) state <= HEADER;
      CHECK: if (step) state <= sending || is_header ? PAYLOAD : SEARCH;
      PAYLOAD:
      if (!rest) state <= CRC_LOW;
      else if (step) place <= place + 1'b1;
      CRC_LOW:
      if (step) begin
        damaged <= !same;
        state   <= CRC_HIGH;
      end
      CRC_HIGH:
      if (step) begin
        if (!sending && same && !damaged) begin
          end_request <= 1'b1;
          state <= WORK;
        end else begin
          sending <= 1'b0;
          state <= SEARCH;
        end
      end
      WORK:
      if (answer) begin
        sending <= 1'b1;
        state <= HEADER;
      end
      default: if (step) state <= state + 4'd1;
    endcase

    if (reset) begin
      state <= SEARCH;
      sending <= 1'b0;
      end_request <= 1'b0;
    end
  end
endmodule
