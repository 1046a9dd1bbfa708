"""Every example of the annotation scheme, positive and negative: the brackets are the scheme's, not the grammar's
output.
"""

from __future__ import annotations

import pytest

from viborder.document import PRIVATE
from viborder.formats.brackets import parse
from viborder.grammar import propose
from viborder.text import tokenize

AGENCY = """
1   [A Công an [P tỉnh Cao Bằng]] họp.
1   [A công an [P tỉnh Cao Bằng]] họp.
1   Theo [A Bộ Công an], tình hình ổn định.
1   Đại diện [A Cục Đối ngoại] phát biểu.
1   Báo cáo của [A Phòng Cảnh sát điều tra tội phạm về ma túy] nêu rõ.
1   Quy chế của [A Văn phòng Liên lạc qua biên giới BLO] được ký.
1   Theo [A TTXVN], [A V02] làm việc tại Công an tỉnh.
1   Giám đốc Công an tỉnh chỉ đạo.
1   Lãnh đạo công an 3 tỉnh nhấn mạnh.
1   Công an hai tỉnh đã phối hợp với nhau.
1   Giữa hai đơn vị và Ban Giám đốc có trao đổi.
1   Các lực lượng chức năng, các phòng chức năng cùng vào cuộc.
1   Chủ trương của Đảng, Nhà nước, của ngành Công an được phổ biến.
2   Lãnh đạo [A Công an [P tỉnh Cao Bằng]] dự.
2   Đoàn công tác của [A Cục Đối ngoại [A Bộ Công an]] đến thăm.
2   Lực lượng [A Công an [P tỉnh Sê Kông]] tham gia.
3   Lãnh đạo [A Phòng Cảnh sát phòng, chống tội phạm về ma túy Công an tỉnh] dự.
3   Đoàn công tác [A Cục Đối ngoại] – [A Bộ Công an] ghi nhận.
3   Hôm nay, [A Phòng Cảnh sát điều tra tội phạm về ma túy], [A Công an [P tỉnh Cao Bằng]] chia sẻ thông tin.
4   Đoàn thăm [A Công an [P xã Tân Thanh]], [P huyện Văn Lãng], [P tỉnh Lạng Sơn].
5   Lãnh đạo [A Công an các thành phố: [P Sùng Tả], [P Bách Sắc], [P Thành Cảng], [P Tịnh Tây]] dự.
5   Đoàn cán bộ [A công an 2 tỉnh [P Bolikhămxay], [P Khăm Muồn]] sang thăm.
5   Lãnh đạo [A Bộ Công an hai nước [P Việt Nam] và [P Lào]] chỉ đạo.
5   Được sự lãnh đạo của [A Tỉnh ủy và [A UBND [P tỉnh Quảng Nam]]], công tác đạt kết quả.
5   Hiệp định giữa 2 [A Chính phủ [P Việt Nam] - [P Lào]] đã ký.
5   Giao [A Công an [P huyện Nam Giang]] và [A Công an [P huyện Tây Giang]] làm nòng cốt.
6   Cùng với [A Công an 5 tỉnh [P Bắc Lào]] đánh giá.
7   Tại [A Công an [P tỉnh Cao Bằng]] và [A Văn phòng BLO [P Quảng Tây]] có hội đàm.
8   Lãnh đạo [A Công an tỉnh [P Cao Bằng] và [P Quảng Tây]] tại buổi hội đàm.
9   Hội đàm với [A công an 5 tỉnh của [P Campuchia]] thành công.
9   Lãnh đạo Công an một số huyện biên giới tiếp giáp với [P Trung Quốc] cùng dự.
10  Thỏa thuận của [A Bộ Công an] hai nước được ký kết.
10  Theo Chính phủ, lực lượng Bộ đội Biên phòng, Hải quan, Tỉnh ủy, Ban Thường vụ Tỉnh ủy, UBND tỉnh đã vào cuộc.
10  Đại diện Bộ Chỉ huy Bộ đội Biên phòng tỉnh dự.
10  Nghị quyết của [A Bộ Chính trị], [A Trung ương Đảng], [A Đảng ủy Công an Trung ương] được quán triệt.
10  Quan hệ với Nhà nước [P Lào] và [A Đảng Nhân dân Cách mạng [P Lào]] ngày càng tốt đẹp.
11  Theo Ban Giám đốc [A Công an [P Trà Vinh]], vụ việc đã rõ.
11  Vừa qua [A Cơ quan Cảnh sát điều tra [A Công an [P Quảng Nam]]] khởi tố vụ án.
11  Hôm qua [A Ban Chỉ huy [A Bộ đội Biên phòng [P tỉnh Quảng Trị]]] tổ chức lễ.
12  Cán bộ [A Phòng 5], [A C04] và [A PC04] tham gia.
12  Đại diện INTERPOL, ASEAN, UNODC và Báo Quảng Nam tham dự.
12  Ngày 1/2, [A Cục Cảnh sát điều tra tội phạm về ma túy] ([A C04]) thông báo.
"""

OFFICIAL = """
1   Dự có Đại tá [O Nguyễn Hoa Chi] – Phó Cục trưởng.
1   Dự có ông [O La Kỳ Quyền], Phó Giám đốc, và đoàn.
1   Cùng đi có đồng chí [O Cồng Chắn Xay Păn Nha] - Giám đốc [A Công an [P tỉnh Bolikhămxay]].
2   Đại tá [O Nguyễn Hà Lai] chủ trì.\\nÔng [O Nguyễn Hà Lai] phát biểu.
3   Bộ trưởng [A Bộ Công an] gửi thư khen.
3   Bắt đối tượng [X Đoàn Thị Uyên], sinh năm 1974.
3   Ảnh: [X Lê Nam] - [A TTXVN]
"""

PLACE = """
1   Tại [P tỉnh Lạng Sơn], [P huyện Long Châu] và [P thị trấn Long Châu] có chợ.
1   Qua [P cửa khẩu quốc tế Cầu Treo] vào [P khu tự trị dân tộc Choang].
1   Trên địa bàn các tỉnh [P Hà Tĩnh] - [P Bolikhămxay] - [P Khăm Muồn] yên bình.
1   Đại biểu 2 tỉnh [P Bolikhămxay], [P Khăm Muồn] đã về.
1   Đoàn thuộc nước [P CHDCND Lào] về nước.
2   Trú tại [P xã Hùng Việt], [P huyện Tràng Định], [P tỉnh Lạng Sơn] từ nhỏ.
2   Đến [P Khu tự trị dân tộc Choang], [P tỉnh Quảng Tây] công tác.
2   Đến [P Khu tự trị dân tộc Choang Quảng Tây] công tác.
3   Khu vực biên giới [P Việt Nam] - [P Lào] yên bình.
4   Các công dân [P Trung Quốc], mang quốc tịch [P Lào], dùng tiền [P Việt Nam] giả.
5   Biên giới [P Việt] - [P Lào] và [P VN].
5   Trú tại [P tổ 5], [P khu 7] từ lâu.
5   Xe chạy trên [P QL8A] đến cột mốc 476, tại km 85.
5   Từ [P Bà Rịa – Vũng Tàu] trở về.
6   (Ảnh: An Ninh Lai Châu)
6   [X Việt Dũng] - [A Công an [P Lạng Sơn]]
"""

DRUG = """
1   Thu [Q 2 kg] [D heroin], [Q 168,55Kg] [D Hêrôin], [Q 63kg] [D ketamine], [Q 47kg] [D ma tuý đá].
1   Thu [Q 141.000 viên] [D thuốc lắc], [Q 12 kg] [D ma túy tổng hợp], [Q 5 gói] [D cần sa], [Q 1 kg] [D thuốc phiện].
1   Tội phạm về ma túy và chất ma túy còn phức tạp.
"""

QUANTITY = """
1   Thu [Q 567.800.000đ] tiền giả, thực hiện [Q trên 1.000 cuộc] gọi cho [Q hơn 23.000 lượt] người.
1   Đã cử [Q 03 đoàn] công tác, bắt [Q 1.056 đối tượng], trao trả [Q 2.266 công dân].
1   Cử [Q 26 đoàn]/[Q 147 cán bộ] sang thăm, tiếp nhận [Q 4 vụ] [Q 47 công dân] và [Q gần 40 tài liệu].
1   Thu [Q 10 bánh] [D heroin], [Q 476.509 viên] và [Q 456,865 Kg] [D ma túy tổng hợp].
1   Khởi tố [Q 5 vụ án], thu [Q 3 xe máy], xử lý [Q 1 trường hợp], thảo luận [Q 7 nội dung].
1   Phát hiện [Q 336 vụ], thu [Q 1 chiếc] điện thoại.
1   Phạt [Q 710 nghìn đồng].
1   Thu [Q hai kg] và [Q ba bánh] [D heroin].
2   Ngày 21/8 (tháng 7/2023), từ năm 2019 đến nay, lúc 10 giờ 30 phút, sau 6 tháng và 35 tuổi.
2   Theo Điều 249, Nghị định 57, mốc 476, lần thứ 3.
2   Hai bên, 02 bên, hai nước, hai đơn vị trên địa bàn 3 tỉnh và công an 5 tỉnh.
2   Thu giữ một ôtô, có sáu cán bộ bị thương.
"""

CASES = [
    pytest.param(line.split(None, 1)[1].replace("\\\\n", "\\n"), id=f"{label}-{line.split(None, 1)[0]}-{number}")
    for label, block in (
        ("AGENCY", AGENCY),
        ("OFFICIAL", OFFICIAL),
        ("PLACE", PLACE),
        ("DRUG", DRUG),
        ("QUANTITY", QUANTITY),
    )
    for number, line in enumerate(block.strip().splitlines())
]


@pytest.mark.parametrize("marked", CASES)
def test_scheme(marked: str) -> None:
    document = parse(marked)
    found = propose(document.text, tokenize(document.text))
    assert {(document.slice(span), span.label, span.start) for span in found if span.label != PRIVATE} == {
        (document.slice(span), span.label, span.start) for span in document.spans
    }
    assert {document.slice(span) for span in found if span.label == PRIVATE} == {
        document.slice(span) for span in document.private
    }
