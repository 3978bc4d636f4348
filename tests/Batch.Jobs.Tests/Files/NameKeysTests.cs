using Batch.Jobs.Files;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Files;

/// <summary>Which names are one name written differently, and which are two.</summary>
public sealed class NameKeysTests
{
    [TestCase("张三", "张 三")]
    [TestCase("张三", "张　三")]
    [TestCase("张三", " 张三\u200B")]
    [TestCase("买买提·阿不都", "买买提•阿不都")]
    [TestCase("买买提·阿不都", "买买提．阿不都")]
    [TestCase("买买提·阿不都", "买买提・阿不都")]
    [TestCase("买买提·阿不都", "买买提阿不都")]
    [TestCase("John Smith", "JOHN　SMITH")]
    [TestCase("John Smith", "Ｊｏｈｎ Ｓｍｉｔｈ")]
    [TestCase("張國龍", "张国龙")]
    [TestCase("蕭雲", "萧云")]
    [TestCase("劉贇", "刘赟")]
    public void Writing_makes_no_other_name(string name, string same) => Assert.That(NameKeys.Of(same), Is.EqualTo(NameKeys.Of(name)));

    // 於 and 于, 後 and 后 are written in simplified text too; 萧 and 肖, 傅 and 付 are different names on a document.
    [TestCase("张三", "李四")]
    [TestCase("张三", "张三丰")]
    [TestCase("张三丰", "张丰三")]
    [TestCase("於洋", "于洋")]
    [TestCase("萧山", "肖山")]
    [TestCase("傅强", "付强")]
    [TestCase("John Smith", "John Smyth")]
    public void Another_name_is_another(string name, string other) => Assert.That(NameKeys.Of(other), Is.Not.EqualTo(NameKeys.Of(name)));

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" 　")]
    [TestCase("·")]
    public void No_name_is_nothing_to_compare(string? name) => Assert.That(NameKeys.Of(name), Is.EqualTo(0u));
}
