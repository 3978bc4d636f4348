using System.Text;

namespace Batch.Jobs.Tools;

/// <summary>Names of people, from a drawn number: a family name and one or two characters.</summary>
internal static class Names
{
    private static readonly byte[][] Family = Characters(
        "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊");

    private static readonly byte[][] Given = Characters(
        "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文海燕春梅东波云飞鹏浩宇欣怡晨雪思雨嘉琪子涵俊辉婷佳慧莹斌峰鑫龙成林辰安宁远清和正");

    public static void Write(RowWriter to, int name)
    {
        to.Text(Family[name % Family.Length]);
        name /= Family.Length;
        to.Text(Given[name % Given.Length]);
        name /= Given.Length;
        if (name % 8 > 0)
        {
            to.Text(Given[name / 8 % Given.Length]);
        }
    }

    private static byte[][] Characters(string text) => [.. text.Select(c => Encoding.UTF8.GetBytes([c]))];
}
