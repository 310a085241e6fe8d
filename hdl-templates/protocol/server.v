// Answers the requests of docs/protocol.md with what the engine computes: HELLO, INFER of raw pictures, and TRACE where
// there is room for it.
//
// The engine is told to load a picture while its bytes come; that a frame was damaged is known only at its end, and then the
// picture is not asked about. Answers are not put together anywhere: `place` says which byte is wanted, and where it lies
// follows from that. The line takes a byte at most every third clock, which leaves time to read memories.
module server #(
    parameter [15:0] PIXELS = 16'd784,
    parameter [15:0] LOGITS = 16'd10,
    parameter TRACE = 1,  // 0: TRACE is an unknown type
    parameter [7:0] POINTS = 8'd6,  // trace points before the logits: the picture and all stages but the last
    parameter [16*(POINTS+1)-1:0] ELEMENTS = 0,  // of each trace point, the picture's in the lowest bits
    parameter HELLO_BYTES = 33,  // words in hello.hex: the payload of HELLO's answer
    parameter PLACE_BITS = 10,  // of the length of the longest payload
    parameter INDEX_BITS = 3,
    parameter SUM_BITS = 16,
    parameter NUMBER_BITS = 4,  // of a logit's number
    parameter CLOCK_BITS = 32
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
    input [CLOCK_BITS-1:0] clocks,
    output trace,
    output trace_take,
    input trace_valid,
    input [INDEX_BITS-1:0] trace_value,
    input trace_end,
    input logit_valid,
    input [NUMBER_BITS-1:0] logit_number,
    input signed [SUM_BITS-1:0] logit
);
  localparam [7:0] HELLO = 8'h01, INFER = 8'h02, TRACING = 8'h04, ERROR = 8'hFF;
  localparam [1:0] UNKNOWN_TYPE = 2'd1, WRONG_LENGTH = 2'd2, WRONG_ARGUMENT = 2'd3;
  localparam [15:0] TRACE_BYTES = PIXELS + 16'd7;  // point, offset, count, picture
  localparam HELLO_BITS = $clog2(HELLO_BYTES);
  localparam LOGIT_BITS = LOGITS > 1 ? $clog2(LOGITS) : 1;  // that tell one from another

  // ---- The frame ----

  wire begin_request, end_request, payload_valid, payload_take, answer, answer_valid, answer_take;
  wire [7:0] kind, payload, answer_type, answer_data;
  wire [15:0] length;
  wire [PLACE_BITS-1:0] place, answer_length;
  frame_codec #(
      .LONGEST(TRACE_BYTES),  // what is unknown is answered, too, with an error
      .PLACE_BITS(PLACE_BITS)
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
      .kind(kind),
      .length(length),
      .payload(payload),
      .payload_valid(payload_valid),
      .payload_take(payload_take),
      .place(place),
      .answer(answer),
      .answer_type(answer_type),
      .answer_length(answer_length),
      .answer_data(answer_data),
      .answer_valid(answer_valid),
      .answer_take(answer_take)
  );

  // ---- What was asked, from `begin_request` until it is answered ----

  wire hello = kind == HELLO;
  wire infer = kind == INFER;
  wire traces = TRACE != 0 && kind == TRACING;
  wire is_known = hello || infer || traces;
  wire is_long = length == (hello ? 16'd0 : traces ? TRACE_BYTES : PIXELS);
  wire wrong_argument, in_picture;
  wire [1:0] error = !is_known ? UNKNOWN_TYPE : !is_long ? WRONG_LENGTH : traces && wrong_argument ? WRONG_ARGUMENT : 2'd0;

  assign load = begin_request;
  assign pixel = payload;
  assign pixel_valid = payload_valid && (in_picture || !traces) && error == 2'd0;
  assign payload_take = !pixel_valid || pixel_take;

  // ---- What is done about it ----

  reg running;  // the engine, for INFER
  reg [1:0] code;
  wire begin_inference = end_request && infer && error == 2'd0;
  wire trace_start;
  wire [PLACE_BITS-1:0] trace_length;

  assign start = begin_inference || trace_start;
  assign pause_after_stages = !running && !begin_inference;
  assign answer = (end_request && !begin_inference) || (running && !busy);
  assign answer_type = error != 2'd0 ? ERROR : {1'b1, kind[6:0]};
  assign answer_length = error != 2'd0 ? 1 : hello ? HELLO_BYTES[PLACE_BITS-1:0] : traces ? trace_length :
                                             {LOGITS[PLACE_BITS-3:0], 2'b00} + 6;

  always @(posedge clk) begin
    if (begin_inference) running <= 1'b1;
    else if (!busy) running <= 1'b0;
    if (answer) code <= error;
    if (reset) running <= 1'b0;
  end

  // ---- Logits, and the first largest of them ----

  reg signed [SUM_BITS-1:0] largest;
  reg [LOGIT_BITS-1:0] label;
  wire [LOGIT_BITS-1:0] number = logit_number[LOGIT_BITS-1:0];
  wire [LOGIT_BITS-1:0] logit_read;
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
      .write_address(number),
      .write_value(logit)
  );
  always @(posedge clk) begin
    if (start) begin
      largest <= {1'b1, {SUM_BITS - 1{1'b0}}};
      label   <= 0;
    end else if (logit_valid && $signed({logit, ~number}) > $signed({largest, ~label})) begin
      largest <= logit;
      label   <= number;
    end
  end

  // ---- The bytes of an answer ----

  wire [7:0] hello_byte;
  rom #(
      .FILE("hello.hex"),
      .STYLE("block"),
      .WIDTH(8),
      .WORDS(HELLO_BYTES),
      .ADDRESS_BITS(HELLO_BITS)
  ) hello_bytes (
      .clk(clk),
      .address(place[HELLO_BITS-1:0]),
      .value(hello_byte)
  );

  // Label (2 bytes), clocks (4), logits (4 each).
  wire [PLACE_BITS-1:0] logit_place = place - 6;
  wire [31:0] wide_logit = {{32 - SUM_BITS{stored_logit[SUM_BITS-1]}}, stored_logit};
  wire [31:0] wide_clocks = {{32 - CLOCK_BITS{1'b0}}, clocks};
  wire [31:0] wide_label = {{16 - LOGIT_BITS{1'b0}}, label, 16'd0};
  wire [31:0] value = place >= 6 ? wide_logit : place >= 2 ? wide_clocks : wide_label;
  wire [7:0] inference_byte = value[8*logit_place[1:0]+:8];

  wire [7:0] trace_byte;
  wire trace_byte_valid;
  wire [LOGIT_BITS-1:0] trace_logit;
  assign logit_read   = kind[2] && TRACE != 0 ? trace_logit : logit_place[LOGIT_BITS+1:2];
  assign answer_data  = kind[6] ? {6'd0, code} : kind[1] ? inference_byte : kind[2] && TRACE != 0 ? trace_byte : hello_byte;
  assign answer_valid = !(kind[2] && !kind[6]) || TRACE == 0 || trace_byte_valid;

  generate
    if (TRACE != 0) begin : with_trace
      tracer #(
          .LOGITS(LOGITS),
          .POINTS(POINTS),
          .ELEMENTS(ELEMENTS),
          .PLACE_BITS(PLACE_BITS),
          .LOGIT_BITS(LOGIT_BITS),
          .INDEX_BITS(INDEX_BITS)
      ) tracer (
          .clk(clk),
          .reset(reset),
          .begin_request(begin_request),
          .argument_valid(payload_valid && traces),
          .argument(payload),
          .in_picture(in_picture),
          .wrong_argument(wrong_argument),
          .length(trace_length),
          .begin_answer(end_request && traces && error == 2'd0),
          .data(trace_byte),
          .data_valid(trace_byte_valid),
          .data_take(answer_take),
          .start(trace_start),
          .resume(resume),
          .busy(busy),
          .trace(trace),
          .trace_take(trace_take),
          .trace_valid(trace_valid),
          .trace_value(trace_value),
          .trace_end(trace_end),
          .logit_read(trace_logit),
          .logit(wide_logit)
      );
    end else begin : without_trace
      assign in_picture = 1'b1;
      assign wrong_argument = 1'b0;
      assign trace_length = 0;
      assign trace_start = 1'b0;
      assign resume = 1'b0;
      assign trace = 1'b0;
      assign trace_take = 1'b0;
      assign trace_byte = 8'd0;
      assign trace_byte_valid = 1'b0;
      assign trace_logit = 0;
      wire unused = &{1'b0, ELEMENTS, POINTS, trace_valid, trace_value, trace_end, answer_take};
    end
  endgenerate
  wire unused = &{1'b0, logit_number, logit_place};
endmodule
