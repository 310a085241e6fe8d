// What goes through element by element, alone, with a memory of its own. For each word of tasks.hex a picture is loaded, some elements
// are traced, or stages run. A line for each element that is written or traced.
`timescale 1ns / 1ns
module elements_bench;
  parameter BANKS = 2;
  parameter BANK_BITS = 1;
  parameter ADDRESS_BITS = 8;
  parameter COUNT_BITS = 4;
  parameter INDEX_BITS = 3;
  parameter COLUMNS = 32;
  parameter COLUMN_BITS = 5;
  parameter TASKS = 1;
  parameter PIXELS = 1;
  parameter SEED = 1;
  localparam WIDTH = 3 * COUNT_BITS + ADDRESS_BITS + 2 + COLUMN_BITS;
  localparam [1:0] LOAD = 2'd0, TRACE = 2'd1;

  reg clk = 1'b0;
  reg reset = 1'b1;
  reg idle = 1'b1;
  reg load = 1'b0, trace = 1'b0, leave = 1'b0, pixel_valid = 1'b0, trace_take = 1'b0;
  reg [7:0] pixel = 8'd0;
  reg [WIDTH+9:0] tasks[0:TASKS-1];
  reg [7:0] pixels[0:PIXELS-1];
  reg [1:0] what;
  reg [7:0] count;  // of pixels, or of elements that are taken
  reg [WIDTH-1:0] next_tensor, tensor;

  wire [COUNT_BITS-1:0] columns_last, channels_last, rows_last;
  wire [ADDRESS_BITS-1:0] row_step, address;
  wire [1:0] channel_shift;
  wire [COLUMN_BITS-1:0] column_first;
  wire pixel_take, trace_valid, trace_end, loading, tracing, write;
  wire [INDEX_BITS-1:0] trace_value, write_value;
  wire [BANK_BITS-1:0] bank;
  reg [BANKS*INDEX_BITS-1:0] value;
  assign {columns_last, channels_last, rows_last, row_step, channel_shift, column_first} = tensor;

  elements #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .COUNT_BITS(COUNT_BITS),
      .INDEX_BITS(INDEX_BITS),
      .COLUMNS(COLUMNS),
      .COLUMN_BITS(COLUMN_BITS)
  ) elements (
      .clk(clk),
      .reset(reset),
      .idle(idle),
      .load(load),
      .trace(trace),
      .leave(leave),
      .pixel(pixel),
      .pixel_valid(pixel_valid),
      .pixel_take(pixel_take),
      .trace_take(trace_take),
      .trace_valid(trace_valid),
      .trace_value(trace_value),
      .trace_end(trace_end),
      .columns_last(columns_last),
      .channels_last(channels_last),
      .rows_last(rows_last),
      .row_step(row_step),
      .channel_shift(channel_shift),
      .column_first(column_first),
      .loading(loading),
      .tracing(tracing),
      .address(address),
      .bank(bank),
      .write(write),
      .write_value(write_value),
      .value(value)
  );

  reg [INDEX_BITS-1:0] memory[0:(BANKS<<ADDRESS_BITS)-1];
  integer b;
  always @(posedge clk) begin
    for (b = 0; b < BANKS; b = b + 1) value[b*INDEX_BITS+:INDEX_BITS] <= memory[(b<<ADDRESS_BITS)+address];
    if (write) begin
      memory[{bank, address}] <= write_value;
      $display("write %0d %0d %0d", bank, address, write_value);
    end
  end

  integer seed = SEED;
  integer i, n, at;

  task tick;
    begin
      #1 clk = 1'b1;
      #1 clk = 1'b0;
      #1;
    end
  endtask

  task rest;
    repeat ($random(seed) & 3) tick;
  endtask

  // The tensor's constants come two clocks after it is asked for.
  task begin_task;
    begin
      load  = what == LOAD;
      trace = what == TRACE;
      tick;
      load  = 1'b0;
      trace = 1'b0;
      tick;
      tensor = next_tensor;
    end
  endtask

  task load_picture;
    for (n = 0; n < count; n = n + 1) begin
      rest;
      pixel = pixels[at];
      pixel_valid = 1'b1;
      #1;
      while (!pixel_take) tick;
      tick;
      pixel_valid = 1'b0;
      at = at + 1;
    end
  endtask

  task take_elements;
    for (n = 0; n < count; n = n + 1) begin
      while (!trace_valid) tick;
      rest;
      $display("%0s %0d", trace_end ? "last" : "value", trace_value);
      trace_take = 1'b1;
      tick;
      trace_take = 1'b0;
    end
  endtask

  // What is asked for meanwhile does not count, and no byte is taken, not even afterwards.
  task run_stages;
    begin
      leave = 1'b1;
      tick;
      leave = 1'b0;
      idle = 1'b0;
      load = 1'b1;
      pixel_valid = 1'b1;
      repeat (6) begin
        tick;
        if (pixel_take || loading || tracing || trace_valid) $display("while stages run");
      end
      load = 1'b0;
      idle = 1'b1;
      repeat (6) begin
        tick;
        if (pixel_take || loading || tracing || trace_valid) $display("unasked");
      end
      pixel_valid = 1'b0;
    end
  endtask

  initial begin
    $readmemh("tasks.hex", tasks);
    $readmemh("picture.hex", pixels);
    at = 0;
    repeat (4) tick;
    reset = 1'b0;
    for (i = 0; i < TASKS; i = i + 1) begin
      {what, count, next_tensor} = tasks[i];
      if (what == LOAD || what == TRACE) begin_task;
      if (what == LOAD) load_picture;
      else if (what == TRACE) take_elements;
      else run_stages;
      rest;
      repeat (2) tick;
    end
    $finish;
  end

  initial begin
    #1_000_000 $display("comes to no end");
    $finish;
  end
endmodule
