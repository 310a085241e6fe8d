// Gives the bytes of line.hex to the codec and prints what it makes of them. Every request is answered with two bytes, 90 and its
// length.
`timescale 1ns / 1ns
module frame_bench;
  parameter BYTES = 1;
  parameter LONGEST = 20;

  reg clk = 0, reset = 1;
  always #5 clk = ~clk;

  reg [7:0] line[0:BYTES-1];
  integer at = 0;
  wire [7:0] in = line[at];
  wire in_valid = !reset && at < BYTES && gap == 0;
  wire in_take, out_valid, begin_request, end_request, payload_valid, answer_take;
  wire [7:0] out, kind, payload;
  wire [15:0] length;
  wire [4:0] place;
  reg answer = 0;
  reg [1:0] gap = 0, slow = 0;
  reg sent = 0;
  integer quiet = 0;

  // The answer takes the place of the request's length in the header.
  reg [7:0] asked = 0;
  always @(posedge clk) if (begin_request) asked <= length[7:0];

  frame_codec #(
      .LONGEST(LONGEST),
      .PLACE_BITS(5)
  ) codec (
      .clk(clk),
      .reset(reset),
      .in(in),
      .in_valid(in_valid),
      .in_take(in_take),
      .out(out),
      .out_valid(out_valid),
      .out_ready(slow[1]),
      .begin_request(begin_request),
      .end_request(end_request),
      .kind(kind),
      .length(length),
      .payload(payload),
      .payload_valid(payload_valid),
      .payload_take(slow[0]),
      .place(place),
      .answer(answer),
      .answer_type(kind | 8'h80),
      .answer_length(5'd2),
      .answer_data(sent ? asked : 8'h5A),
      .answer_valid(slow[0]),
      .answer_take(answer_take)
  );

  always @(posedge clk) begin
    slow <= slow + 1;
    gap <= gap == 0 ? (in_take ? 2 : 0) : gap - 1;
    answer <= end_request;
    quiet <= in_take || out_valid ? 0 : quiet + 1;
    if (in_take) at <= at + 1;
    if (begin_request) $display("begin %0d %0d", kind, length);
    if (payload_valid && slow[0]) $display("payload %0d", payload);
    if (end_request) $display("end");
    if (out_valid && slow[1]) $display("sent %0d", out);
    if (begin_request) sent <= 0;
    if (answer_take && slow[0]) sent <= 1;
    if (at == BYTES && quiet > 100) $finish;
  end

  initial begin
    $readmemh("line.hex", line);
    repeat (3) @(negedge clk);
    reset = 0;
  end
endmodule
