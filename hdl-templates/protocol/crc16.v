// CRC-16 with polynomial 0x1021, not reflected, one byte further (docs/protocol.md, section 1).
module crc16 (
    input [15:0] so_far,
    input [7:0] data,
    output reg [15:0] crc
);
  integer i;
  always @* begin
    crc = so_far ^ {data, 8'd0};
    for (i = 0; i < 8; i = i + 1) crc = {crc[14:0], 1'b0} ^ (crc[15] ? 16'h1021 : 16'h0000);
  end
endmodule
