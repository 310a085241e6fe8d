// Runs the engine on pictures.hex and prints every trace point, then the logits, one line each; after each stage the clocks since the first.
`timescale 1ns / 1ns
module engine_bench;
  parameter PIXELS = 16;
  parameter PICTURES = 1;
  parameter POINTS = 1;  // traced before the logits
  parameter BANKS = 1;
  parameter BANK_BITS = 1;
  parameter FILTERS = 1;
  parameter LEVELS = 1;
  parameter WEIGHT_BITS = 1;
  parameter INDEX_BITS = 1;
  parameter PRODUCT_BITS = 1;
  parameter SUM_BITS = 1;
  parameter SHIFT_LEAST = 0;
  parameter SHIFT_BITS = 1;
  parameter ADDRESS_BITS = 1;
  parameter ACTIVATION_WORDS = 1;
  parameter COUNT_BITS = 1;
  parameter STAGES = 1;
  parameter STAGE_BITS = 1;
  parameter TAPS = 1;
  parameter TAP_BITS = 1;
  parameter COLUMNS = 1;
  parameter COLUMN_BITS = 1;
  parameter NARROW_WORDS = 1;
  parameter WIDE_WORDS = 1;
  parameter WEIGHT_ADDRESS_BITS = 1;
  parameter PACKED = 0;
  parameter LARGE_BITS = 0;
  parameter LARGE_WORDS = 1;
  parameter PARAMETERS = 1;
  parameter PARAMETER_BITS = 1;
  parameter TABLES = 1;
  parameter TABLE_BITS = 1;
  parameter CLOCK_BITS = 1;
  parameter BOUNDED = 1;
  parameter THRESHOLDS = 1;

  reg clk = 0;
  reg reset = 1;
  reg load = 0, start = 0, resume = 0, pause = 0, trace = 0, trace_take = 0;
  reg [7:0] pixel = 0;
  reg pixel_valid = 0;
  wire pixel_take, busy, trace_valid, trace_end, logit_valid;
  wire [CLOCK_BITS-1:0] clocks;
  wire [INDEX_BITS-1:0] trace_value;
  wire [ADDRESS_BITS-1:0] logit_number;
  wire signed [SUM_BITS-1:0] logit;
  localparam SLICES = LARGE_BITS / 16;
  reg [15:0] large_words[0:LARGE_WORDS*SLICES];
  reg begin_fill = 0;
  reg [3:0] fill = 0;
  reg [15:0] fill_data = 0;
  engine #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .FILTERS(FILTERS),
      .LEVELS(LEVELS),
      .WEIGHT_BITS(WEIGHT_BITS),
      .INDEX_BITS(INDEX_BITS),
      .PRODUCT_BITS(PRODUCT_BITS),
      .SUM_BITS(SUM_BITS),
      .SHIFT_LEAST(SHIFT_LEAST),
      .SHIFT_BITS(SHIFT_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .ACTIVATION_WORDS(ACTIVATION_WORDS),
      .COUNT_BITS(COUNT_BITS),
      .STAGES(STAGES),
      .STAGE_BITS(STAGE_BITS),
      .TAPS(TAPS),
      .TAP_BITS(TAP_BITS),
      .COLUMNS(COLUMNS),
      .COLUMN_BITS(COLUMN_BITS),
      .NARROW_WORDS(NARROW_WORDS),
      .WIDE_WORDS(WIDE_WORDS),
      .WEIGHT_ADDRESS_BITS(WEIGHT_ADDRESS_BITS),
      .PACKED(PACKED),
      .LARGE_BITS(LARGE_BITS),
      .LARGE_WORDS(LARGE_WORDS),
      .PARAMETERS(PARAMETERS),
      .PARAMETER_BITS(PARAMETER_BITS),
      .TABLES(TABLES),
      .TABLE_BITS(TABLE_BITS),
      .CLOCK_BITS(CLOCK_BITS),
      .BOUNDED(BOUNDED),
      .THRESHOLDS(THRESHOLDS)
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
      .begin_fill(begin_fill),
      .fill(fill),
      .fill_data(fill_data),
      .logit_valid(logit_valid),
      .logit_number(logit_number),
      .logit(logit)
  );

  reg [7:0] pictures[0:PIXELS*PICTURES-1];
  integer picture, i, point;

  always #5 clk = ~clk;
  always @(posedge clk) if (logit_valid) $display("logit %0d %0d", logit_number, logit);

  task read_point;
    begin
      trace = 1;
      @(negedge clk) trace = 0;
      $write("point %0d", point);
      i = 0;
      while (!i) begin
        while (!trace_valid) @(negedge clk);
        $write(" %0d", trace_value);
        i = trace_end;
        trace_take = 1;
        @(negedge clk) trace_take = 0;
      end
      $display("");
    end
  endtask

  task run(input from_start);
    begin
      start = from_start;
      resume = !from_start;
      @(negedge clk) begin
        start = 0;
        resume = 0;
      end
      while (busy) @(negedge clk);
      $display("clocks %0d", clocks);
    end
  endtask

  initial begin
    $readmemh("pictures.hex", pictures);
    repeat (4) @(negedge clk);
    reset = 0;
    if (SLICES > 0) begin
      $readmemh("large.hex", large_words, 0, LARGE_WORDS * SLICES - 1);
      begin_fill = 1;
      @(negedge clk) begin_fill = 0;
      for (i = 0; i < LARGE_WORDS * SLICES; i = i + 1) begin
        fill = 4'd1 << (i % SLICES);
        fill_data = large_words[i];
        @(negedge clk);
      end
      fill = 0;
    end
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
      repeat (2) @(negedge clk);
      pause = 1;
      point = 0;
      read_point;
      run(1);
      for (point = 1; point < POINTS; point = point + 1) begin
        read_point;
        run(0);
      end
    end
    $finish;
  end
endmodule
