// Runs the engine on pictures.hex and prints every trace point, then the logits, one line each; then gives the pipeline a
// picture every clock. parameters.vh has the engine's parameters, and LATENCY, as macros.
`timescale 1ns / 1ns
`include "parameters.vh"
module unrolled_bench;
  localparam PIXELS = `PIXELS;
  localparam PICTURES = `PICTURES;
  localparam LAST = `TRACED_POINTS;  // points that can be read before the logits, the picture included
  localparam PIXEL_BITS = `PIXEL_BITS;
  localparam LOGITS = `LOGITS;
  localparam SUM_BITS = `SUM_BITS;

  reg clk = 0;
  reg reset = 1;
  reg load = 0, start = 0, resume = 0, pause = 0, trace = 0, trace_take = 0;
  reg [7:0] pixel = 0;
  reg pixel_valid = 0;
  wire pixel_take, busy, trace_valid, trace_end, logit_valid;
  wire [31:0] clocks;
  wire [`INDEX_BITS-1:0] trace_value;
  wire [`ADDRESS_BITS-1:0] logit_number;
  wire signed [SUM_BITS-1:0] logit;
  engine #(
      `ENGINE_PARAMETERS
  ) engine (
      .clk(clk),
      .reset(reset),
      .load(load),
      .pixel(pixel),
      .pixel_valid(pixel_valid),
      .pixel_take(pixel_take),
      .start(start),
      .resume(resume),
      .pause_after_stages(pause),
      .busy(busy),
      .clocks(clocks),
      .trace(trace),
      .trace_take(trace_take),
      .trace_valid(trace_valid),
      .trace_value(trace_value),
      .trace_end(trace_end),
      .logit_valid(logit_valid),
      .logit_number(logit_number),
      .logit(logit)
  );

  reg [7:0] pictures[0:PIXELS*PICTURES-1];
  reg [PIXELS*PIXEL_BITS-1:0] stream[0:PICTURES-1];
  integer picture, i, point;

  always #5 clk = ~clk;
  always @(posedge clk) if (logit_valid) $display("logit %0d %0d", logit_number, logit);

  // Reads some values of a point, or with `count` 0 all of them.
  task read_point(input integer count);
    begin
      trace = 1;
      @(negedge clk) trace = 0;
      if (count == 0) $write("point %0d", point);
      i = 0;
      while (i == 0 || (count != 0 && i < count)) begin
        while (!trace_valid) @(negedge clk);
        if (count == 0) begin
          $write(" %0d", trace_value);
          i = trace_end;
        end else i = trace_end ? count : i + 1;
        trace_take = 1;
        @(negedge clk) trace_take = 0;
      end
      if (count == 0) $display("");
    end
  endtask

  task run(input from_start);
    begin
      start  = from_start;
      resume = !from_start;
      @(negedge clk) begin
        start  = 0;
        resume = 0;
      end
      while (busy) @(negedge clk);
    end
  endtask

  reg [PIXELS*PIXEL_BITS-1:0] x;
  wire [LOGITS*SUM_BITS-1:0] logits;
  pipeline alone (
      .clk(clk),
      .x(x),
      .logits(logits),
      .elements()
  );

  initial begin
    $readmemh("pictures.hex", pictures);
    repeat (4) @(negedge clk);
    reset = 0;
    for (picture = 0; picture < PICTURES; picture = picture + 1) begin
      load = 1;
      @(negedge clk) load = 0;
      for (i = 0; i < PIXELS; i = i + 1) begin
        pixel = pictures[picture*PIXELS+i];
        pixel_valid = 1;
        #1;
        while (!pixel_take) begin
          @(negedge clk);
          #1;
        end
        @(negedge clk) pixel_valid = 0;
      end
      stream[picture] = engine.picture;
      point = 0;
      if (picture != 0) read_point(3);
      read_point(0);
      if (picture != 1) read_point(PIXELS < 3 ? 1 : 2);
      pause = LAST > 1;
      run(1);
      for (point = 1; point < LAST; point = point + 1) begin
        read_point(2);
        read_point(0);
        run(0);
      end
      $display("clocks %0d", clocks);
    end
    for (i = 0; i < PICTURES + `LATENCY; i = i + 1) begin
      x = i < PICTURES ? stream[i] : 0;
      @(negedge clk);
      if (i >= `LATENCY - 1 && i < PICTURES + `LATENCY - 1) begin
        $write("streamed");
        for (point = 0; point < LOGITS; point = point + 1) begin
          $write(" %0d", $signed(logits[point*SUM_BITS+:SUM_BITS]));
        end
        $display("");
      end
    end
    $finish;
  end
endmodule
