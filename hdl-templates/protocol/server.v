// Answers the requests of docs/protocol.md with what the engine computes: HELLO, INFER of raw pictures, TRACE.
//
// The engine is told to load a picture while its bytes come; that a frame was damaged is known only at its end, and then the
// picture is not asked about.
module server #(
    parameter [15:0] PIXELS = 16'd784,
    parameter [15:0] LOGITS = 16'd10,
    parameter [7:0] POINTS = 8'd6,  // trace points before the logits: the picture and all stages but the last
    parameter [16*(POINTS+1)-1:0] ELEMENTS = 0,  // of each trace point, the picture's in the lowest bits
    parameter TRACES_STAGES = 1,  // 0: TRACE answers for the picture alone
    parameter HELLO_BYTES = 33,
    parameter [8*HELLO_BYTES-1:0] HELLO_TEXT = 0,  // the payload of HELLO's answer, the first byte in the highest bits
    parameter INDEX_BITS = 3,
    parameter SUM_BITS = 16,
    parameter LOGIT_BITS = 4  // of a logit's number
) (
    input clk,
    input reset,

    // the line
    input [7:0] in,
    input in_valid,
    output in_take,
    output [7:0] out,
    output out_valid,
    input out_ready,

    // the engine
    output load,
    output [7:0] pixel,
    output pixel_valid,
    input pixel_take,
    output start,
    output resume,
    output pause_after_stages,
    input busy,
    input [31:0] clocks,
    output trace,
    output trace_take,
    input trace_valid,
    input [INDEX_BITS-1:0] trace_value,
    input trace_end,
    input logit_valid,
    input [LOGIT_BITS-1:0] logit_number,
    input signed [SUM_BITS-1:0] logit
);
  localparam [7:0] HELLO = 8'h01, INFER = 8'h02, TRACE = 8'h04, ANSWER = 8'h80, ERROR = 8'hFF;
  localparam [1:0] UNKNOWN_TYPE = 2'd1, WRONG_LENGTH = 2'd2, WRONG_ARGUMENT = 2'd3;
  localparam [15:0] TRACE_BYTES = PIXELS + 16'd7;  // point, offset, count, picture
  localparam [7:0] ALL_POINTS = 8'hFF;
  localparam [15:0] MOST_VALUES = 16'd60;

  // ---- The frame ----

  wire begin_request, end_request, payload_valid, payload_take, answer_take;
  wire [7:0] kind, payload;
  wire [15:0] length;
  reg answer;
  wire answer_valid;
  reg [7:0] answer_type;
  wire [7:0] answer_data;
  reg [15:0] answer_length;
  frame_codec #(
      .LONGEST(TRACE_BYTES)
  ) codec (
      .clk(clk),
      .reset(reset),
      .in(in),
      .in_valid(in_valid),
      .in_take(in_take),
      .out(out),
      .out_valid(out_valid),
      .out_ready(out_ready),
      .begin_request(begin_request),
      .end_request(end_request),
      .request_type(kind),
      .request_length(length),
      .payload(payload),
      .payload_valid(payload_valid),
      .payload_take(payload_take),
      .answer(answer),
      .answer_type(answer_type),
      .answer_length(answer_length),
      .answer_data(answer_data),
      .answer_valid(answer_valid),
      .answer_take(answer_take)
  );

  // ---- What was asked ----

  reg [1:0] error;  // 0: none
  reg [2:0] argument;  // which byte of TRACE's arguments comes next; 7: the picture
  reg [7:0] point;
  reg [15:0] offset, count;
  reg far;  // the offset has a bit above bit 15

  wire in_picture = argument == 3'd7;

  assign load = begin_request && (kind == INFER || kind == TRACE);
  assign pixel = payload;
  assign pixel_valid = payload_valid && in_picture && error == 2'd0;
  assign payload_take = !pixel_valid || pixel_take;

  always @(posedge clk) begin
    if (begin_request) begin
      argument <= kind == TRACE ? 3'd0 : 3'd7;
      far <= 1'b0;
      case (kind)
        HELLO: error <= length == 16'd0 ? 2'd0 : WRONG_LENGTH;
        INFER: error <= length == PIXELS ? 2'd0 : WRONG_LENGTH;
        TRACE: error <= length == TRACE_BYTES ? 2'd0 : WRONG_LENGTH;
        default: error <= UNKNOWN_TYPE;
      endcase
    end
    if (payload_valid && !in_picture) begin
      argument <= argument + 3'd1;
      case (argument)
        3'd0: point <= payload;
        3'd1: offset[7:0] <= payload;
        3'd2: offset[15:8] <= payload;
        3'd5: count[7:0] <= payload;
        3'd6: count[15:8] <= payload;
        default: if (payload != 8'd0) far <= 1'b1;
      endcase
    end
  end

  // ---- Logits ----

  reg any_logit;
  reg signed [SUM_BITS-1:0] largest;
  reg [LOGIT_BITS-1:0] label;
  reg [LOGIT_BITS-1:0] logit_read;
  wire signed [SUM_BITS-1:0] stored_logit;
  block_ram #(
      .WIDTH(SUM_BITS),
      .WORDS(LOGITS),
      .ADDRESS_BITS(LOGIT_BITS)
  ) logits (
      .clk(clk),
      .read(1'b1),
      .read_address(logit_read),
      .value(stored_logit),
      .write(logit_valid),
      .write_address(logit_number),
      .write_value(logit)
  );
  always @(posedge clk) begin
    if (start) any_logit <= 1'b0;
    if (logit_valid) begin
      any_logit <= 1'b1;
      if (!any_logit || logit > largest || (logit == largest && logit_number < label)) begin
        largest <= logit;
        label <= logit_number;
      end
    end
  end

  // ---- The answer ----
  //
  // Values go out through `word`, its lowest byte first; `then` is where to go on when `bytes` of it are sent.

  localparam [3:0] WAIT = 4'd0, CHECK = 4'd1, GREET = 4'd2, SEND = 4'd3, RUN = 4'd4, RUNNING = 4'd5, REACHED = 4'd6, CLOCKS = 4'd7,
                   OFFSET = 4'd8, LOGIT = 4'd9, WALK = 4'd10, WALKING = 4'd11, SUM_LOGIT = 4'd12, SUM_BYTES = 4'd13;

  reg [3:0] state, then;
  reg [7:0] at;  // the trace point that has been reached
  reg [15:0] skip;  // values before the first that is wanted
  reg [15:0] left;  // values still to be sent
  reg [31:0] word;
  reg [2:0] bytes;
  reg [15:0] checksum;
  reg [7:0] greeted;

  wire infer = kind == INFER;
  wire all = point == ALL_POINTS;
  wire [15:0] elements = ELEMENTS[point*16+:16];
  wire untraced = TRACES_STAGES == 0 && point != 8'd0;
  wire wrong_argument = untraced || !all && (point > POINTS || count == 16'd0 || count > MOST_VALUES || far ||
                                 {1'b0, offset} + {1'b0, count} > {1'b0, elements});
  wire signed [31:0] wide_logit = {{32 - SUM_BITS{stored_logit[SUM_BITS-1]}}, stored_logit};
  wire [31:0] wide_value = {{32 - INDEX_BITS{1'b0}}, trace_value};

  wire [15:0] checksum_next;
  crc16 of_trace (
      .so_far(checksum),
      .data(state == SUM_BYTES ? word[7:0] : wide_value[7:0]),
      .crc(checksum_next)
  );

  assign start = state == RUN && at == 8'd0;
  assign resume = state == RUN && at != 8'd0;
  assign pause_after_stages = !infer;
  assign trace = state == WALK;
  assign trace_take = state == WALKING && trace_valid;
  assign answer_valid = state == SEND || state == GREET;
  assign answer_data = state == GREET ? HELLO_TEXT[8*(HELLO_BYTES-1-greeted)+:8] : word[7:0];

  always @(posedge clk) begin
    answer <= 1'b0;
    case (state)
      WAIT: if (end_request) state <= CHECK;
      CHECK: begin
        at <= 8'd0;
        greeted <= 8'd0;
        left <= count;
        skip <= offset;
        logit_read <= 0;
        if (error != 2'd0 || (kind == TRACE && wrong_argument)) begin
          answer <= 1'b1;
          answer_type <= ERROR;
          answer_length <= 16'd1;
          word[1:0] <= error != 2'd0 ? error : WRONG_ARGUMENT;
          word[7:2] <= 6'd0;
          bytes <= 3'd1;
          then <= WAIT;
          state <= SEND;
        end else begin
          answer_type <= kind | ANSWER;
          case (kind)
            HELLO: begin
              answer <= 1'b1;
              answer_length <= HELLO_BYTES;
              state <= GREET;
            end
            INFER: begin
              answer_length <= 16'd6 + {LOGITS[13:0], 2'b00};
              state <= RUN;
            end
            default: begin
              answer <= 1'b1;
              answer_length <= all ? {6'd0, POINTS + 9'd1, 1'b0} : 16'd5 + {count[13:0], 2'b00};
              state <= all || point == 8'd0 ? REACHED : RUN;
            end
          endcase
        end
      end
      GREET:
      if (answer_take) begin
        greeted <= greeted + 8'd1;
        if (greeted == HELLO_BYTES - 1) state <= WAIT;
      end
      SEND:
      if (answer_take) begin
        word  <= word >> 8;
        bytes <= bytes - 3'd1;
        if (bytes == 3'd1) state <= then;
      end

      RUN: state <= RUNNING;
      RUNNING:
      if (!busy) begin
        at <= at + 8'd1;
        state <= infer || all || at + 8'd1 == point ? REACHED : RUN;
      end

      // The picture has been answered, or this point of it computed.
      REACHED:
      if (infer) begin
        answer <= 1'b1;
        word <= {{32 - LOGIT_BITS{1'b0}}, label};
        bytes <= 3'd2;
        left <= LOGITS;
        then <= CLOCKS;
        state <= SEND;
      end else if (all) begin
        checksum <= 16'hFFFF;
        left <= LOGITS;
        state <= at == POINTS ? SUM_LOGIT : WALK;
      end else begin
        word[7:0] <= point;
        bytes <= 3'd1;
        then <= OFFSET;
        state <= SEND;
      end
      CLOCKS: begin
        word <= clocks;
        bytes <= 3'd4;
        then <= LOGIT;
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
        word <= wide_logit;
        bytes <= 3'd4;
        logit_read <= logit_read + 1'b1;
        left <= left - 16'd1;
        then <= left == 16'd1 ? WAIT : LOGIT;
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
          then  <= left == 16'd1 ? WAIT : WALKING;
          state <= SEND;
        end
      end

      SUM_LOGIT: begin
        word <= wide_logit;
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
            then <= WAIT;
            state <= SEND;
          end
        end
      end
      default: state <= WAIT;
    endcase
    if (reset) begin
      state  <= WAIT;
      answer <= 1'b0;
    end
  end
endmodule
