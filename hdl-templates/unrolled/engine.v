// The unrolled network behind the ports of the sequential engine: bytes come one by one, become indices and wait in a shift
// register; the pipeline reads all of them at once.
//
// A clock of the pipeline is a clock here: what stands in the register for LATENCY clocks is answered, stage by stage.
module engine #(
    parameter PIXELS = 784,
    parameter PIXEL_BITS = 1,  // of a pixel's index
    parameter INDEX_BITS = 1,  // of a traced value, at least PIXEL_BITS
    parameter LOGITS = 10,
    parameter SUM_BITS = 12,
    parameter ADDRESS_BITS = 4,  // of a logit's number
    parameter LATENCY = 8,  // clocks from the picture to the logits
    parameter POINTS = 1,  // that can be traced before the logits: the picture, and each stage where TRACED is not 0
    parameter TRACED = 0,  // elements of all stages but the last; 0: only the picture and the logits are told
    parameter [16*(POINTS+1)-1:0] BEGINS = 0  // where each point begins among them, that of the first stage at 16 bits
) (
    input clk,
    input reset,

    // a picture, byte by byte: rows > columns > channels
    input load,  // before its first byte
    input [7:0] pixel,
    input pixel_valid,
    output pixel_take,

    // running
    input start,  // the picture has been loaded
    input resume,  // the next stage, after one that was followed by a pause
    input pause_after_stages,
    output busy,  // running
    output reg [31:0] clocks,  // from `start` on, while it ran

    // the elements of what was computed last, or the picture's indices, while nothing runs
    input trace,  // at the first
    input trace_take,
    output trace_valid,
    output [INDEX_BITS-1:0] trace_value,
    output trace_end,  // this is the last

    output logit_valid,
    output [ADDRESS_BITS-1:0] logit_number,
    output signed [SUM_BITS-1:0] logit
);
  localparam COUNT_BITS = $clog2(LATENCY + 1);
  localparam PLACE_BITS = $clog2(PIXELS + 1);
  localparam [COUNT_BITS-1:0] WAIT = LATENCY[COUNT_BITS-1:0];
  localparam [PLACE_BITS-1:0] LAST_PLACE = PIXELS[PLACE_BITS-1:0] - 1'b1;
  localparam [ADDRESS_BITS-1:0] LAST_LOGIT = LOGITS[ADDRESS_BITS-1:0] - 1'b1;
  localparam ELEMENTS = TRACED == 0 ? 1 : TRACED;

  // ---- The picture ----
  //
  // Its first element lies lowest. It is read for a trace by turning the register; what is not at home turns on until it is.

  wire [PIXEL_BITS-1:0] index;
  input_table input_table (
      .pixel(pixel),
      .index(index)
  );

  reg [PIXELS*PIXEL_BITS-1:0] picture;
  reg [PLACE_BITS-1:0] turned;  // places from home
  reg tracing;  // the picture
  wire home = turned == 0;
  wire shift = pixel_valid && pixel_take;
  wire turn = tracing ? trace_take && trace_valid : !home;
  wire [PIXEL_BITS-1:0] entering = shift ? index : picture[PIXEL_BITS-1:0];

  generate
    if (PIXELS == 1) begin : one_pixel
      always @(posedge clk) if (shift || turn) picture <= entering;
    end else begin : many_pixels
      always @(posedge clk)
        if (shift || turn) picture <= {entering, picture[PIXELS*PIXEL_BITS-1:PIXEL_BITS]};
    end
  endgenerate

  always @(posedge clk) begin
    if (load) turned <= 0;
    else if (turn) turned <= turned == LAST_PLACE ? 0 : turned + 1'b1;
    if (reset) turned <= 0;
  end

  // ---- The network ----

  wire [LOGITS*SUM_BITS-1:0] logits;
  wire [ELEMENTS*INDEX_BITS-1:0] elements;
  pipeline pipeline (
      .clk(clk),
      .x(picture),
      .logits(logits),
      .elements(elements)
  );

  // ---- From stage to stage ----

  localparam [1:0] IDLE = 2'd0, RUN = 2'd1, TELL = 2'd2;

  reg [1:0] state;
  reg [COUNT_BITS-1:0] left;  // clocks until everything has gone through
  reg [ADDRESS_BITS-1:0] number;
  reg [7:0] point;  // that was computed last; 0: the picture
  wire [7:0] next_point = point + 8'd1;

  assign busy = state != IDLE;
  assign pixel_take = !busy;
  assign logit_valid = state == TELL;
  assign logit_number = number;
  assign logit = logits[number*SUM_BITS+:SUM_BITS];

  always @(posedge clk) begin
    if (busy) clocks <= clocks + 32'd1;
    case (state)
      RUN:
      if (home) begin
        left <= left - 1'b1;
        if (left == 1) state <= point == POINTS ? TELL : IDLE;
      end
      TELL: begin
        number <= number + 1'b1;
        if (number == LAST_LOGIT) state <= IDLE;
      end
      default: begin
        number <= 0;
        left   <= WAIT;
        if (load) point <= 8'd0;
        if (start || resume) begin
          point <= pause_after_stages ? (start ? 8'd1 : next_point) : POINTS;
          state <= RUN;
        end
        if (start) clocks <= 32'd0;
      end
    endcase
    if (reset) state <= IDLE;
  end

  // ---- Traces ----

  reg seeking;  // the picture has to turn home first
  reg walking;  // through the elements of a stage
  reg [15:0] at;
  wire [15:0] begins = BEGINS[point*16+:16];
  wire [15:0] ends = BEGINS[next_point*16+:16];

  always @(posedge clk) begin
    if (trace) begin
      seeking <= point == 8'd0;
      walking <= point != 8'd0;
      at <= begins;
    end
    if (seeking && home) begin
      seeking <= 1'b0;
      tracing <= 1'b1;
    end
    if (tracing && turn && turned == LAST_PLACE) tracing <= 1'b0;
    if (walking && trace_take) begin
      at <= at + 16'd1;
      if (trace_end) walking <= 1'b0;
    end
    if (reset || load || start || resume || (trace && tracing)) begin
      tracing <= 1'b0;
      seeking <= trace && point == 8'd0;
      walking <= trace && point != 8'd0;
    end
  end

  assign trace_valid = tracing || walking;
  assign trace_end = tracing ? turned == LAST_PLACE : at + 16'd1 == ends;

  wire [INDEX_BITS-1:0] pixel_value, element_value;
  generate
    if (INDEX_BITS > PIXEL_BITS) begin : widened
      assign pixel_value = {{INDEX_BITS - PIXEL_BITS{1'b0}}, picture[PIXEL_BITS-1:0]};
    end else begin : as_wide
      assign pixel_value = picture[PIXEL_BITS-1:0];
    end
    if (TRACED == 0) begin : ends_only
      assign element_value = elements;
    end else begin : all_points
      assign element_value = elements[at*INDEX_BITS+:INDEX_BITS];
    end
  endgenerate
  assign trace_value = tracing ? pixel_value : element_value;
endmodule
