// Chinese names as they occur: common ones, rare characters, and names of other peoples of the country.

/// Names made of lists. The rare characters are ones that real name registers stumble over, in and beyond the basic plane.
enum Names {
  /// The commonest surnames, the commonest first; two-character ones at the end.
  static let surnames = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林",
    "罗", "高", "郑", "梁", "谢", "宋", "唐", "许", "韩", "邓", "冯", "曹", "彭", "曾", "肖", "田", "董", "潘",
    "袁", "蔡", "蒋", "余", "于", "杜", "叶", "程", "魏", "苏", "吕", "丁", "任", "卢", "姚", "沈", "钟", "姜",
    "崔", "谭", "陆", "范", "汪", "廖", "石", "金", "韦", "贾", "夏", "付", "方", "邹", "熊", "白", "孟", "秦",
    "邱", "侯", "江", "尹", "薛", "闫", "段", "雷", "龙", "黎", "史", "陶", "贺", "毛", "郝", "顾", "龚", "邵",
    "欧阳", "上官", "司马", "诸葛", "尉迟",
  ]

  static let given = Array(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英华慧建国文玉兰桂珍红梅春燕平刚辉玲斌宇浩凯琴云莲"
      + "真环雪荣爱妹霞香月莺媛瑞凡佳嘉琼勤珠贞莉嫣锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓"
      + "仕锋达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江超浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋梁栋维启克伦翔旭鹏泽晨辰士以家致树炎德行时泰盛"
  ).map(String.init)

  /// Extension A, the last hanzi of GBK, and planes 2 and 3: four bytes in GB18030, four in UTF-8.
  static let rare = [
    "㼆", "䶮", "㛃", "㑇", "㴪", "䴖", "䲟", "龑", "淼", "犇", "燚", "彧", "昇", "堃", "喆", "甯", "赟", "翀",
    "𠮷", "𬭎", "𫍽", "𬀩", "𬍛", "𬘭", "𬴊", "𣇉", "𤩽", "𨱏", "𬊈", "𰀁",
  ]

  static let otherPeoples = [
    "阿依古丽·买买提", "努尔兰·哈斯木", "扎西·多吉", "次仁·卓玛", "古丽娜尔·艾山", "巴特尔·苏和",
    "迪丽拜尔·阿布都",
  ]

  /// The name of a person; `variant` 0 is their own, any other somebody else's.
  static func name(seed: UInt64, person: UInt64, variant: UInt64 = 0) -> String {
    var chance = Chance(seed: seed, 0x4E41_4D45, person, variant)
    if chance.happens(inThousand: 5) { return chance.one(of: otherPeoples) }
    // The smaller of two draws: common surnames are common.
    let draw = min(chance.number(below: surnames.count), chance.number(below: surnames.count))
    var name = surnames[draw]
    name += chance.happens(inThousand: 20) ? chance.one(of: rare) : chance.one(of: given)
    if chance.happens(inThousand: 700) { name += chance.one(of: given) }
    return name
  }
}
