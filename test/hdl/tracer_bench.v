// The tracer alone, beside what behaves like the engine: for each request of requests.hex a line with the bytes of its answer, or "wrong".
//
// Trace points are the picture and two stages of values.hex, then the logits of logits.hex.
`timescale 1ns / 1ns
module tracer_bench;
  parameter PICTURE = 1;  // elements
  parameter FIRST = 1;
  parameter SECOND = 1;
  parameter LOGITS = 1;
  parameter MOST = 80;  // elements of a trace point
  parameter REQUESTS = 1;
  parameter SEED = 1;
  localparam POINTS = 3;
  localparam LOGIT_BITS = 7;
  localparam INDEX_BITS = 5;
  localparam PLACE_BITS = 10;

  reg clk = 1'b0;
  reg reset = 1'b1;
  reg begin_request = 1'b0, argument_valid = 1'b0, begin_answer = 1'b0, data_take = 1'b0;
  reg [7:0] argument = 8'd0;
  wire in_picture, wrong_argument, data_valid, start, resume, trace, trace_take;
  wire [PLACE_BITS-1:0] length;
  wire [7:0] data;
  wire [LOGIT_BITS-1:0] logit_read;
  reg busy = 1'b0;
  reg trace_valid = 1'b0;
  reg [31:0] logit;
  wire [INDEX_BITS-1:0] trace_value;
  wire trace_end;
  tracer #(
      .LOGITS(LOGITS[15:0]),
      .POINTS(POINTS[7:0]),
      .ELEMENTS({LOGITS[15:0], SECOND[15:0], FIRST[15:0], PICTURE[15:0]}),
      .PLACE_BITS(PLACE_BITS),
      .LOGIT_BITS(LOGIT_BITS),
      .INDEX_BITS(INDEX_BITS)
  ) tracer (
      .clk(clk),
      .reset(reset),
      .begin_request(begin_request),
      .argument_valid(argument_valid),
      .argument(argument),
      .in_picture(in_picture),
      .wrong_argument(wrong_argument),
      .length(length),
      .begin_answer(begin_answer),
      .data(data),
      .data_valid(data_valid),
      .data_take(data_take),
      .start(start),
      .resume(resume),
      .busy(busy),
      .trace(trace),
      .trace_take(trace_take),
      .trace_valid(trace_valid),
      .trace_value(trace_value),
      .trace_end(trace_end),
      .logit_read(logit_read),
      .logit(logit)
  );

  // ---- What behaves like the engine: a stage takes some clocks, and so does a value ----

  reg [INDEX_BITS-1:0] values[0:POINTS*MOST-1];
  reg [31:0] logits[0:MOST-1];
  reg [1:0] point = 2'd0;  // the last that has been computed
  reg [7:0] element = 8'd0;
  reg [2:0] left = 3'd0;  // clocks of a stage, or until a value
  reg tracing = 1'b0;
  wire [15:0] elements = point == 2'd0 ? PICTURE[15:0] : point == 2'd1 ? FIRST[15:0] : SECOND[15:0];
  assign trace_end   = trace_valid && {8'd0, element} + 16'd1 == elements;
  assign trace_value = trace_valid ? values[point*MOST+element] : {INDEX_BITS{1'bx}};

  integer seed = SEED;
  always @(posedge clk) begin
    logit <= point == POINTS && !busy ? logits[logit_read] : 32'dx;
    if (left != 3'd0) left <= left - 3'd1;
    else begin
      busy <= 1'b0;
      trace_valid <= tracing && !(trace_take && trace_valid);
    end
    if (trace_take && trace_valid) begin
      trace_valid <= 1'b0;
      if (!trace_end) element <= element + 8'd1;
      left <= $random(seed);
    end
    if (trace) begin
      tracing <= 1'b1;
      element <= 8'd0;
      left <= $random(seed);
    end
    if (start || resume) begin
      if (busy) $display("a stage is started while one runs");
      point <= start ? 2'd1 : point + 2'd1;
      busy <= 1'b1;
      tracing <= 1'b0;
      trace_valid <= 1'b0;
      left <= $random(seed);
    end
    if (begin_request) begin
      point   <= 2'd0;
      tracing <= 1'b0;
    end
  end

  // ---- Requests ----

  reg [55:0] requests[0:REQUESTS-1];
  integer i, n;

  task rest;
    repeat ($random(seed) & 3) @(negedge clk);
  endtask

  task send(input [7:0] byte_of_request);
    begin
      rest;
      argument = byte_of_request;
      argument_valid = 1'b1;
      @(negedge clk) argument_valid = 1'b0;
    end
  endtask

  task answer;
    begin
      begin_answer = 1'b1;
      @(negedge clk) begin_answer = 1'b0;
      for (n = 0; n < length; n = n + 1) begin
        while (!data_valid) @(negedge clk);
        rest;
        $write("%h", data);
        data_take = 1'b1;
        @(negedge clk) data_take = 1'b0;
      end
      repeat (40) begin
        if (data_valid) $write(" and more");
        @(negedge clk);
      end
      $display("");
    end
  endtask

  always #1 clk = ~clk;
  initial begin
    $readmemh("requests.hex", requests);
    $readmemh("values.hex", values);
    $readmemh("logits.hex", logits);
    repeat (3) @(negedge clk);
    reset = 1'b0;
    for (i = 0; i < REQUESTS; i = i + 1) begin
      begin_request = 1'b1;
      @(negedge clk) begin_request = 1'b0;
      for (n = 0; n < 7; n = n + 1) begin
        if (in_picture) $display("the picture begins too early");
        send(requests[i][8*n+:8]);
      end
      // The picture's bytes.
      repeat (3) begin
        if (!in_picture) $display("the picture does not begin");
        send(8'hFF);
      end
      if (wrong_argument) $display("wrong");
      else answer;
    end
    $finish;
  end

  initial begin
    #1_000_000 $display("comes to no end");
    $finish;
  end
endmodule
