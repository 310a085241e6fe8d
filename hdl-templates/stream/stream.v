// Feeds an engine from a stream of pixels and gathers what it says of a picture, both with valid and ready: something passes in
// each clock in which both are high.
//
// While an answer waits to be taken the next picture is let in, but not computed.
module stream #(
    parameter PIXELS = 784,
    parameter PLACE_BITS = 10,  // of PIXELS
    parameter LOGITS = 10,
    parameter SUM_BITS = 16,
    parameter NUMBER_BITS = 4,  // of a logit's number, as the engine tells it
    parameter LABEL_BITS = 4  // $clog2(LOGITS), at least 1
) (
    input clk,
    input reset,

    // pictures: rows > columns > channels
    input pixel_valid,
    output pixel_ready,

    // answers
    output reg [LABEL_BITS-1:0] label,  // the number of the first largest logit
    output reg [LOGITS*SUM_BITS-1:0] logits,  // the first lowest
    output reg result_valid,
    input result_ready,

    // the engine
    output load,
    output engine_pixel_valid,
    input engine_pixel_take,
    output start,
    input busy,
    input logit_valid,
    input [NUMBER_BITS-1:0] logit_number,
    input signed [SUM_BITS-1:0] logit
);
  localparam [2:0] BEGIN = 3'd0, LOAD = 3'd1, SETTLE = 3'd2, WAIT = 3'd3, RUN = 3'd4;
  localparam [PLACE_BITS-1:0] LAST = PIXELS[PLACE_BITS-1:0] - 1'b1;

  reg [2:0] state;
  reg [PLACE_BITS-1:0] place;  // of the next pixel

  assign load = state == BEGIN;
  assign engine_pixel_valid = pixel_valid && state == LOAD;
  assign pixel_ready = engine_pixel_take && state == LOAD;
  assign start = state == WAIT && (!result_valid || result_ready);

  always @(posedge clk) begin
    if (result_ready) result_valid <= 1'b0;
    case (state)
      BEGIN: begin
        place <= 0;
        state <= LOAD;
      end
      LOAD:
      if (engine_pixel_valid && pixel_ready) begin
        place <= place + 1'b1;
        if (place == LAST) state <= SETTLE;
      end
      SETTLE: state <= WAIT;  // the last pixel is written
      WAIT: if (start) state <= RUN;
      default:
      if (!busy) begin
        result_valid <= 1'b1;
        state <= BEGIN;
      end
    endcase
    if (reset) begin
      state <= BEGIN;
      result_valid <= 1'b0;
    end
  end

  // ---- Logits, and the first largest of them ----

  wire [LABEL_BITS-1:0] number = logit_number[LABEL_BITS-1:0];
  wire unused = &{1'b0, logit_number};
  reg signed [SUM_BITS-1:0] largest;
  always @(posedge clk) begin
    if (start) begin
      largest <= {1'b1, {SUM_BITS - 1{1'b0}}};
      label   <= 0;
    end else if (logit_valid && $signed({logit, ~number}) > $signed({largest, ~label})) begin
      largest <= logit;
      label   <= number;
    end
  end

  genvar k;
  generate
    for (k = 0; k < LOGITS; k = k + 1) begin : kept
      localparam [LABEL_BITS-1:0] K = k;
      always @(posedge clk) if (logit_valid && number == K) logits[k*SUM_BITS+:SUM_BITS] <= logit;
    end
  endgenerate
endmodule
