// Answers TRACE (docs/protocol.md, section 4.3): runs the picture anew, stage by stage, and walks through what is asked for.
//
// Values go out through `word`, its lowest byte first; `then` is where to go on when `bytes` of it are sent.
module tracer #(
    parameter [15:0] LOGITS = 16'd10,
    parameter [7:0] POINTS = 8'd6,  // trace points before the logits
    parameter [16*(POINTS+1)-1:0] ELEMENTS = 0,  // of each trace point, the picture's in the lowest bits
    parameter PLACE_BITS = 10,
    parameter LOGIT_BITS = 4,
    parameter INDEX_BITS = 3
) (
    input clk,
    input reset,

    // the request
    input begin_request,
    input argument_valid,  // and taken, but for the picture's bytes
    input [7:0] argument,
    output in_picture,  // all arguments have come
    output wrong_argument,
    output [PLACE_BITS-1:0] length,  // of the answer

    // the answer
    input begin_answer,
    output [7:0] data,
    output data_valid,
    input data_take,

    // the engine
    output start,
    output resume,
    input busy,
    output trace,
    output trace_take,
    input trace_valid,
    input [INDEX_BITS-1:0] trace_value,
    input trace_end,

    // the logits of what ran, a clock after their number
    output reg [LOGIT_BITS-1:0] logit_read,
    input [31:0] logit
);
  localparam [7:0] ALL_POINTS = 8'hFF;
  localparam [15:0] MOST_VALUES = 16'd60;

  // ---- What was asked ----

  reg [2:0] next;  // which byte of the arguments comes next; 7: the picture
  reg [7:0] point;
  reg [15:0] offset, count;
  reg far;  // the offset has a bit above bit 15

  assign in_picture = next == 3'd7;

  always @(posedge clk) begin
    if (argument_valid && !in_picture) begin
      next <= next + 3'd1;
      case (next)
        3'd0: point <= argument;
        3'd1: offset[7:0] <= argument;
        3'd2: offset[15:8] <= argument;
        3'd5: count[7:0] <= argument;
        3'd6: count[15:8] <= argument;
        default: if (argument != 8'd0) far <= 1'b1;
      endcase
    end
    if (begin_request) begin
      next <= 3'd0;
      far  <= 1'b0;
    end
  end

  wire all = point == ALL_POINTS;
  wire [15:0] elements = ELEMENTS[point*16+:16];
  assign wrong_argument = !all && (point > POINTS || count == 16'd0 || count > MOST_VALUES || far ||
                                   {1'b0, offset} + {1'b0, count} > {1'b0, elements});
  wire [15:0] bytes_of_all = {7'd0, {1'b0, POINTS} + 9'd1} << 1;
  wire [15:0] bytes_of_values = 16'd5 + {count[13:0], 2'b00};
  assign length = all ? bytes_of_all[PLACE_BITS-1:0] : bytes_of_values[PLACE_BITS-1:0];
  wire unused = &{1'b0, bytes_of_all, bytes_of_values};

  // ---- The answer ----

  localparam [3:0] IDLE = 4'd0, SEND = 4'd1, RUN = 4'd2, RUNNING = 4'd3, REACHED = 4'd4, OFFSET = 4'd5, LOGIT = 4'd6, WALK = 4'd7,
                   WALKING = 4'd8, SUM_LOGIT = 4'd9, SUM_BYTES = 4'd10;

  reg [3:0] state, then;
  reg [7:0] at;  // the trace point that has been reached
  reg [15:0] skip;  // values before the first that is wanted
  reg [15:0] left;  // values still to be sent
  reg [31:0] word;
  reg [2:0] bytes;
  reg [15:0] checksum;

  wire [31:0] wide_value = {{32 - INDEX_BITS{1'b0}}, trace_value};
  wire [15:0] checksum_next;
  crc16 of_trace (
      .so_far(checksum),
      .data(state == SUM_BYTES ? word[7:0] : wide_value[7:0]),
      .crc(checksum_next)
  );

  assign start = state == RUN && at == 8'd0;
  assign resume = state == RUN && at != 8'd0;
  assign trace = state == WALK;
  assign trace_take = state == WALKING && trace_valid;
  assign data = word[7:0];
  assign data_valid = state == SEND;

  always @(posedge clk) begin
    case (state)
      IDLE: begin
        at <= 8'd0;
        left <= count;
        skip <= offset;
        logit_read <= 0;
        if (begin_answer) state <= all || point == 8'd0 ? REACHED : RUN;
      end
      SEND:
      if (data_take) begin
        word  <= word >> 8;
        bytes <= bytes - 3'd1;
        if (bytes == 3'd1) state <= then;
      end

      RUN: state <= RUNNING;
      RUNNING:
      if (!busy) begin
        at <= at + 8'd1;
        state <= all || at + 8'd1 == point ? REACHED : RUN;
      end

      // This point of the picture has been computed.
      REACHED:
      if (all) begin
        checksum <= 16'hFFFF;
        left <= LOGITS;
        state <= at == POINTS ? SUM_LOGIT : WALK;
      end else begin
        word[7:0] <= point;
        bytes <= 3'd1;
        then <= OFFSET;
        state <= SEND;
      end
      OFFSET: begin
        word <= {16'd0, offset};
        bytes <= 3'd4;
        logit_read <= offset[LOGIT_BITS-1:0];
        then <= at == POINTS ? LOGIT : WALK;
        state <= SEND;
      end
      LOGIT: begin
        word <= logit;
        bytes <= 3'd4;
        logit_read <= logit_read + 1'b1;
        left <= left - 16'd1;
        then <= left == 16'd1 ? IDLE : LOGIT;
        state <= SEND;
      end

      WALK: state <= WALKING;
      WALKING:
      if (trace_valid) begin
        checksum <= checksum_next;
        if (all) begin
          word[15:0] <= checksum_next;
          bytes <= 3'd2;
          then <= RUN;
          if (trace_end) state <= SEND;
        end else if (skip != 16'd0) skip <= skip - 16'd1;
        else begin
          word  <= wide_value;
          bytes <= 3'd4;
          left  <= left - 16'd1;
          then  <= left == 16'd1 ? IDLE : WALKING;
          state <= SEND;
        end
      end

      SUM_LOGIT: begin
        word <= logit;
        bytes <= 3'd4;
        logit_read <= logit_read + 1'b1;
        left <= left - 16'd1;
        state <= SUM_BYTES;
      end
      SUM_BYTES: begin
        checksum <= checksum_next;
        word  <= word >> 8;
        bytes <= bytes - 3'd1;
        if (bytes == 3'd1) begin
          state <= SUM_LOGIT;
          if (left == 16'd0) begin
            word[15:0] <= checksum_next;
            bytes <= 3'd2;
            then <= IDLE;
            state <= SEND;
          end
        end
      end
      default: state <= IDLE;
    endcase
    if (reset) state <= IDLE;
  end
endmodule
